//! One question about a run: what is asked, what is measured, and when a prediction is right.

use serde::Deserialize;

use super::{Answer, ExplainedRun, Plan, StepB};

/// One question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Question {
    /// Under which name it is answered: one word.
    pub name: String,
    /// What is asked.
    pub text: String,
    /// The run that it is about.
    pub run: String,
    /// What is measured in the run.
    pub measured: Quantity,
    /// The call that the question is about, if it is about one.
    #[serde(default)]
    pub call: Option<usize>,
    /// How far a number may be from what is measured.
    #[serde(default)]
    pub tolerance: f64,
    /// The answers to choose from; none, where a number is asked for.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Where to read about it, below `docs/src`.
    pub read: String,
}

/// What is measured in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// How long it takes, in latencies of the downstream.
    Latencies,
    /// When a call ends, in latencies of the downstream.
    CallEndsAfterLatencies,
    /// How long after the first one the last call ends, in pieces of the work with a reply: the same on a busy machine.
    LastEndsAfterFirstInWork,
    /// The most answers that lay ready while one call's work held the loop.
    AnswersKept,
    /// The most threads at a time.
    Threads,
    /// The most calls in flight at a time, as the mock counts them.
    InFlight,
    /// How many requests the downstream gets.
    Requests,
    /// The CPU time that it used, in milliseconds.
    CpuMs,
    /// The system call in which the threads that read answers sleep for most of their time.
    SleepsIn,
}

impl Quantity {
    /// What a number is a number of.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Latencies | Self::CallEndsAfterLatencies => "latencies",
            Self::LastEndsAfterFirstInWork => "pieces of work",
            Self::AnswersKept => "answers",
            Self::Threads => "threads",
            Self::InFlight => "calls in flight",
            Self::Requests => "requests",
            Self::CpuMs => "ms",
            Self::SleepsIn => "",
        }
    }
}

impl Question {
    /// Whether this can be measured in that run, and be answered.
    pub(super) fn fits(&self, run: &ExplainedRun) -> Result<(), &'static str> {
        let needs_calls = match self.measured {
            Quantity::CallEndsAfterLatencies
            | Quantity::LastEndsAfterFirstInWork
            | Quantity::AnswersKept
            | Quantity::SleepsIn => true,
            Quantity::Latencies
            | Quantity::Threads
            | Quantity::InFlight
            | Quantity::Requests
            | Quantity::CpuMs => false,
        };
        if run.plan == Plan::Diamond(StepB::Closed) && self.measured != Quantity::Requests {
            return Err("only the requests of a diamond that breaks are measured");
        }
        if needs_calls && !matches!(run.plan, Plan::Calls(_)) {
            return Err("this is measured in runs of calls alone");
        }
        if (self.measured == Quantity::CallEndsAfterLatencies) != self.call.is_some() {
            return Err("call belongs to call-ends-after-latencies, and to nothing else");
        }
        if (self.measured == Quantity::SleepsIn) == self.choices.is_empty() {
            return Err("choices belong to sleeps-in, and to nothing else");
        }
        Ok(())
    }

    /// Whether an answer is of the kind that is asked for.
    ///
    /// # Errors
    /// It is not; the line says what to write.
    pub fn accepts(&self, answer: &Answer) -> Result<(), String> {
        match answer {
            Answer::Number(_) if self.choices.is_empty() => Ok(()),
            Answer::Text(text) if self.choices.contains(text) => Ok(()),
            Answer::Number(_) | Answer::Text(_) => Err(match self.choices.as_slice() {
                [] => format!("{} is answered with a number", self.name),
                choices => format!("{} is answered with one of \"{}\"", self.name, choices.join("\", \"")),
            }),
        }
    }

    /// Whether a prediction is right.
    #[must_use]
    pub fn is_right(&self, predicted: &Answer, measured: &Answer) -> bool {
        match (predicted, measured) {
            (Answer::Number(predicted), Answer::Number(measured)) => {
                (predicted - measured).abs() <= self.tolerance
            }
            (predicted, measured) => predicted == measured,
        }
    }
}
