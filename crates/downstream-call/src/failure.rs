//! The names of everything that can go wrong with one call.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::str::FromStr;

/// Why a call has no reply. Printed under its name in the contestant protocol (`connect-refused`, `malformed: …`), and
/// read back from that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The path or the host does not make one request; nothing was sent.
    Unsendable(&'static str),
    /// No program listens at the address (`ECONNREFUSED`).
    ConnectRefused,
    /// The peer dropped the connection (`ECONNRESET`, `EPIPE`).
    Reset,
    /// The peer closed the connection before the answer was complete.
    Incomplete,
    /// The answer is not HTTP/1.1.
    Malformed(Cow<'static, str>),
    /// The answer exceeds a limit.
    TooLarge(TooLarge),
    /// The deadline passed before the answer was complete.
    TimedOut,
    /// The run was cancelled before the call ended.
    Cancelled,
    /// The downstream answered, but not with the status that the next step needs.
    UnexpectedStatus(u16),
    /// The work done with the reply panicked.
    WorkPanicked,
    /// The thread or process that was making the call ended without an answer.
    Lost,
    /// Any other error of the system, by its number (`errno`).
    System(i32),
}

/// The limit that an answer exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLarge {
    /// More than [`MAX_FIELDS`](crate::MAX_FIELDS) header fields or trailers.
    Fields,
    /// More than [`MAX_HEAD_BYTES`](crate::MAX_HEAD_BYTES) of head, or of trailers.
    Head,
    /// More than [`MAX_BODY_BYTES`](crate::MAX_BODY_BYTES) of body.
    Body,
    /// More than 16 KiB of chunk extensions.
    Extensions,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind as Kind;
        match error.kind() {
            Kind::ConnectionRefused => Self::ConnectRefused,
            Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => Self::Reset,
            // A blocking socket returns `WouldBlock` when its `SO_RCVTIMEO` has passed (socket(7)).
            Kind::TimedOut | Kind::WouldBlock => Self::TimedOut,
            Kind::UnexpectedEof | Kind::WriteZero => Self::Incomplete,
            _ => Self::System(error.raw_os_error().unwrap_or(0)),
        }
    }
}

impl Failure {
    /// Its name in the contestant protocol, without the details after the colon.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Unsendable(_) => "unsendable",
            Self::ConnectRefused => "connect-refused",
            Self::Reset => "reset",
            Self::Incomplete => "incomplete",
            Self::Malformed(_) => "malformed",
            Self::TooLarge(_) => "too-large",
            Self::TimedOut => "timed-out",
            Self::Cancelled => "cancelled",
            Self::UnexpectedStatus(_) => "unexpected-status",
            Self::WorkPanicked => "work-panicked",
            Self::Lost => "lost",
            Self::System(_) => "system",
        }
    }

    /// The failure for an error of `httparse`.
    pub(crate) fn refused(error: httparse::Error) -> Self {
        use httparse::Error;
        let what = match error {
            Error::TooManyHeaders => return Self::TooLarge(TooLarge::Fields),
            Error::HeaderName => "field name",
            Error::HeaderValue => "field value",
            Error::NewLine => "line end",
            Error::Status => "status line",
            Error::Token => "token",
            Error::Version => "version",
        };
        Self::Malformed(what.into())
    }
}

impl TooLarge {
    const ALL: [Self; 4] = [Self::Fields, Self::Head, Self::Body, Self::Extensions];

    const fn name(self) -> &'static str {
        match self {
            Self::Fields => "fields",
            Self::Head => "head",
            Self::Body => "body",
            Self::Extensions => "extensions",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = self.class();
        match self {
            Self::Unsendable(what) => write!(f, "{class}: {what}"),
            Self::Malformed(what) => write!(f, "{class}: {what}"),
            Self::TooLarge(what) => write!(f, "{class}: {}", what.name()),
            Self::UnexpectedStatus(status) => write!(f, "{class}: {status}"),
            Self::System(code) => write!(f, "{class}: {}", io::Error::from_raw_os_error(*code)),
            Self::ConnectRefused
            | Self::Reset
            | Self::Incomplete
            | Self::TimedOut
            | Self::Cancelled
            | Self::WorkPanicked
            | Self::Lost => f.write_str(class),
        }
    }
}

impl FromStr for Failure {
    type Err = ();

    /// Reads back what `Display` wrote, except for the text of `unsendable` and the text of `system` before its number.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, what) = text.split_once(": ").unwrap_or((text, ""));
        Ok(match name {
            "unsendable" => Self::Unsendable("the path or host is not one line"),
            "connect-refused" => Self::ConnectRefused,
            "reset" => Self::Reset,
            "incomplete" => Self::Incomplete,
            "malformed" => Self::Malformed(Cow::Owned(what.to_owned())),
            "too-large" => Self::TooLarge(TooLarge::ALL.into_iter().find(|t| t.name() == what).ok_or(())?),
            "timed-out" => Self::TimedOut,
            "cancelled" => Self::Cancelled,
            "unexpected-status" => Self::UnexpectedStatus(what.parse().map_err(|_| ())?),
            "work-panicked" => Self::WorkPanicked,
            "lost" => Self::Lost,
            "system" => Self::System(errno(what)),
            _ => return Err(()),
        })
    }
}

/// The number in `Too many open files (os error 24)`, or 0.
fn errno(text: &str) -> i32 {
    let number = text.rsplit_once("os error ").and_then(|(_, rest)| rest.trim_end_matches(')').parse().ok());
    number.unwrap_or(0)
}

impl std::error::Error for Failure {}
