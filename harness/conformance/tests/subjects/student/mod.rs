//! Two models as a student writes them, and the mistakes that students make: each is one place of the code.

mod blocking;
mod polling;

use std::io;

use conformance::{Cancels, Subject};
use downstream_call::Model;

use blocking::Blocking;
use polling::Polling;

/// What is wrong with a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    None,
    /// The first bytes that can be read are taken for the whole answer.
    EventIsAnswer,
    /// Waits as long as it takes.
    NoDeadline,
    /// Each read starts the deadline again.
    DeadlineForEachRead,
    /// Looks at the deadline before it looks at the socket.
    DeadlineBeforeAnswer,
    /// Connects before it looks at anything else.
    BlockingConnect,
    /// Sockets in a loop block in `read`.
    BlockingRead,
    /// Sockets are kept after their call.
    LeakedSockets,
    /// Outcomes are in the order in which calls end.
    OrderOfEnd,
    /// Asks again and again, instead of waiting.
    BusyLoop,
    /// Waits until a socket can be written although all is sent.
    SpinOnWritable,
    /// Does not wait for the cancel socket.
    DeafToCancel,
    /// Starts all calls at once.
    LimitIgnored,
    /// A connection that is refused is a panic.
    PanicOnConnect,
    /// Does not do the run's work.
    WorkForgotten,
    /// Makes B, C and D of a diamond one after the other.
    DiamondInSequence,
    /// Waits for C and D although B has failed.
    DiamondGoesOn,
}

/// How a model waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// In `poll`, for all sockets at once.
    InPoll,
    /// In `read`, for one call at a time.
    InRead,
}

/// The model with its mistake, as the suite knows it.
pub(crate) fn subject<'a>(waits: Waits, new: &'a dyn Fn() -> io::Result<Box<dyn Model>>) -> Subject<'a> {
    let subject = Subject::new("student", new);
    match waits {
        Waits::InPoll => subject,
        Waits::InRead => Subject { at_once: 1, cancels: Cancels::ByTheDeadline, ..subject },
    }
}

pub(crate) fn model(waits: Waits, mistake: Mistake) -> Box<dyn Model> {
    match waits {
        Waits::InPoll => Box::new(Polling::new(mistake)),
        Waits::InRead => Box::new(Blocking::new(mistake)),
    }
}
