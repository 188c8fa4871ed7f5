//! The same calls given to several contestants, one process each.
//!
//! *What to notice*: fairness is in the order of things: contestants run one at a time, in an order that is drawn anew
//! for each round; the mock is idle before each one starts; and the checking is done outside the time that is measured.
//!
//! *What is deliberately missing*: warming up: each contestant pays for its own start, and the numbers say so.

mod answered;
mod args;
mod board;
mod contestant;
mod differences;
mod environment;
mod latencies;
pub(crate) mod notes;
mod page;
mod patience;
mod projector;
mod ranks;
mod remarks;
mod report;
mod round;
mod statistics;
pub(crate) mod table;
mod track;
mod watch;
mod watched;

pub use answered::Answered;
pub use args::RaceArgs;
pub(crate) use args::program;
pub(crate) use contestant::Contestant;
pub use environment::{Environment, RoundOrder};
pub(crate) use page::of_race;
pub use report::{RaceReport, Standing};
pub use round::Round;
pub(crate) use track::{Raced, Track};
pub(crate) use watched::OneRun;
