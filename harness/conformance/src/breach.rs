//! How a row fails: why, and which requirement that breaks.

/// Why a row did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    /// What every run is watched for, if it is that; otherwise it is what the row itself demands.
    pub(crate) of: Option<Watched>,
    pub(crate) why: String,
}

/// What the suite watches in *every* run. Each is a requirement with a row of its own, and that requirement is broken, not
/// the one whose row was being tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watched {
    /// The number of outcomes, and calls for which none was noted.
    OutcomeForEach,
    /// Descriptors and threads.
    GivesBack,
    /// A panic, or the end of the process.
    NeverPanics,
    /// CPU time.
    WaitsIdle,
    /// An answer that came and was not noticed.
    NoticesAnswers,
    /// A call that had not sent its request, long after its deadline.
    EndsConnecting,
    /// A call that had sent its request, long after its deadline.
    EndsUnanswered,
    /// A call that had received a part of its answer, long after its deadline.
    EndsReceiving,
}

/// What a row comes to.
pub(crate) type Held<T = ()> = Result<T, Breach>;

impl Breach {
    pub(crate) fn of(watched: Watched, why: impl Into<String>) -> Self {
        Self { of: Some(watched), why: why.into() }
    }

    /// The same breach, where it is exactly what the row itself demands.
    pub(crate) fn own_if(self, watched: Watched) -> Self {
        if self.of == Some(watched) { Self { of: None, ..self } } else { self }
    }

    pub(crate) fn with_context(self, context: &str) -> Self {
        Self { why: format!("{context}: {}", self.why), ..self }
    }
}

impl From<String> for Breach {
    fn from(why: String) -> Self {
        Self { of: None, why }
    }
}

impl From<&str> for Breach {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

impl From<std::io::Error> for Breach {
    fn from(error: std::io::Error) -> Self {
        error.to_string().into()
    }
}
