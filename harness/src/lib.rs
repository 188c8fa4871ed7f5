//! Races, checks, measures, draws and grades the models.
//!
//! *What to notice.* [`models`] is the one list of models: whatever goes through all of them (the race, the tests, the
//! benches) goes through it. A race believes nobody: each contestant is a process of its own, measured from outside
//! ([`measure`]), and its answers count only as far as the mock's own counts bear them out ([`race`]).
//!
//! *What is deliberately missing*: anything about waiting. That is what the models are for.

mod capture;
mod check;
mod descriptors;
mod error;
mod group;
mod how;
mod list;
mod program;
mod text;

pub mod conformance;
pub mod measure;
pub mod models;
pub mod race;
pub mod run;

pub use error::Error;
pub use how::{HowArgs, WorkArg};
pub use program::main;
