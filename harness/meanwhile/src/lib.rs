//! The program `meanwhile`: races, checks, runs and lists the models.
//!
//! *What to notice.* [`models`] is the one list of models: whatever goes through all of them (the race, the tests, the
//! benches) goes through it. Each subcommand is one file in `cmd/`. What it takes to start, measure and judge a process is
//! the package `contestant`, and what a model must do is the package `conformance`: neither knows this program.
//!
//! *What is deliberately missing*: anything about waiting. That is what the models are for.

mod cmd;
mod descriptors;
mod error;
mod grid;
mod how;
mod live;
mod moving;
mod origin;
mod page;
mod painted;
mod pictures;
mod results_file;
mod screen;
mod text;

pub mod models;
pub mod race;

pub use cmd::main;
pub use error::Error;
pub use how::{HowArgs, WorkArg};
pub use live::{LiveArgs, Prediction};
pub use pictures::Pictures;
