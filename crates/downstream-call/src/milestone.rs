//! What happens to a call at the client, and a line of text for it: `milestone CALL NAME MICROSECONDS THREAD`.
//!
//! *What to notice*: a program in any language can print such lines. The time is that of the machine's clock, and the thread
//! is the system's number, so that another process can place them beside what it has seen itself.

use std::fmt;
use std::str::FromStr;

use crate::line::number;
use crate::{MachineClock, Mark};

/// What happens to a call. All but the first and the last may be missing. The exchange of most models is dropped before
/// the work with the reply begins, so [`Finished`](Self::Finished) may also come before [`WorkBegins`](Self::WorkBegins).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Milestone {
    /// The call started; its deadline counts from here.
    Started,
    /// The last byte of the request was handed to the system.
    Sent,
    /// The first byte of the answer arrived.
    FirstByte,
    /// The work with the reply begins. It is missing if there is no work or no reply.
    WorkBegins,
    /// The work with the reply is done, or has panicked.
    WorkEnds,
    /// The call is over: its [`Exchange`](crate::Exchange) was dropped.
    Finished,
}

/// A milestone that a call reached, as one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MilestoneLine {
    /// Which call: its number from 0.
    pub call: usize,
    /// Which milestone.
    pub milestone: Milestone,
    /// When, on the [`MachineClock`].
    pub at_us: u64,
    /// On which thread: the system's number of it.
    pub thread: u32,
}

impl Milestone {
    /// All of them, in their order.
    pub const ALL: [Self; 6] =
        [Self::Started, Self::Sent, Self::FirstByte, Self::WorkBegins, Self::WorkEnds, Self::Finished];

    /// As a line has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Sent => "sent",
            Self::FirstByte => "first_byte",
            Self::WorkBegins => "work_begins",
            Self::WorkEnds => "work_ends",
            Self::Finished => "finished",
        }
    }
}

impl fmt::Display for Milestone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Milestone {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|milestone| milestone.name() == name).ok_or(())
    }
}

impl MilestoneLine {
    /// The line for a mark of a trace.
    #[must_use]
    pub fn new(mark: &Mark, clock: &MachineClock) -> Self {
        let Mark { call, milestone, at, thread } = *mark;
        Self { call, milestone, at_us: clock.microseconds(at), thread }
    }

    /// Reads a line without its line end.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        let mut fields = line.strip_prefix(b"milestone ")?.split(|byte| *byte == b' ');
        let call = number(fields.next()?)?;
        let milestone = str::from_utf8(fields.next()?).ok()?.parse().ok()?;
        let (at_us, thread) = (number(fields.next()?)?, number(fields.next()?)?);
        fields.next().is_none().then_some(Self { call, milestone, at_us, thread })
    }

    /// The mark that it tells of. `None` if its time is too far away.
    #[must_use]
    pub fn mark(&self, clock: &MachineClock) -> Option<Mark> {
        let Self { call, milestone, at_us, thread } = *self;
        Some(Mark { call, milestone, at: clock.instant(at_us)?, thread })
    }
}

impl fmt::Display for MilestoneLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not by `write!`, which takes twice as long: a run that is watched prints hundreds of lines.
        let [mut call, mut at_us, mut thread] = [itoa::Buffer::new(); 3];
        let milestone = self.milestone.name();
        let fields =
            [call.format(self.call), milestone, at_us.format(self.at_us), thread.format(self.thread)];
        f.write_str("milestone")?;
        fields.into_iter().try_for_each(|field| f.write_str(" ").and_then(|()| f.write_str(field)))
    }
}
