//! What happened when, call by call and thread by thread, in one run: the format, and the lanes that every picture draws.
//!
//! ```
//! use timeline::{About, Event, Lanes, Timeline};
//!
//! let mut timeline = Timeline::new(About { contestant: "curl".into(), calls: 1, ..About::default() });
//! for (event, at_us) in [(Event::Accepted, 900), (Event::HeadComplete, 1_000), (Event::AnswerEnded, 1_001_000)] {
//!     timeline.connections.push(timeline::ConnectionEvent { connection: 0, call: Some(0), event, at_us });
//! }
//! let lanes = Lanes::of(&timeline);
//! assert_eq!(lanes.calls.len(), 1);
//! assert_eq!(lanes.calls[0].spans[1].state, timeline::CallState::Waiting);
//! ```
//!
//! *What to notice*: three witnesses tell of a run, none of which the contestant has to know of: the downstream (accepted, asked,
//! answered), the operating system (what each thread does), and, for the models of the list, the client itself. All times
//! are microseconds since the contestant's process was started, on the monotonic clock.
//!
//! *What is deliberately missing*: watching. This package depends on nothing of ours; the mock, the measuring process and the
//! race hand over what they have seen.

mod bands;
mod blocked;
mod call;
mod file;
mod group;
mod lanes;
mod pace;
pub mod page;
mod perfetto;
mod record;
mod rows;
mod sentence;
mod spent;
mod svg;
mod terminal;
mod thread;
mod waiters;
mod words;

pub use self::svg::svg;
pub use bands::{Band, Column};
pub use blocked::{BLOCKED_US, Blocked, Blocker, blocked};
pub use call::{CallLane, CallSpan, CallState};
pub use file::{File, Header, ReadError, SCHEMA};
pub use lanes::Lanes;
pub use perfetto::perfetto;
pub use record::{
    About, ConnectionEvent, End, Event, Milestone, MilestoneEvent, Record, Stretch, Thread, ThreadState,
    Timeline,
};
pub use sentence::sentence;
pub use terminal::{LEAST_LANES, Line, Paint, Piece, Size, terminal};
pub use thread::ThreadLane;
