//! Exercises: a model's crate with holes or with a defect, graded by rows of the conformance suite.
//!
//! *What to notice*: there is one source. An exercise names functions of a model's crate (`exercise.rs`); their bodies are found
//! in the crate as it is and replaced by stubs (`holes.rs`). A wrong answer is a change of the same sources (`wrong.rs`). So a
//! starter, a reference and a wrong answer are all [`Sources`], are written as a package in the same way (`package.rs`), and are
//! judged in the same way (`build.rs`, `judge.rs`).
//!
//! An exercise of another kind has no crate: it asks for predictions, which are compared with runs (`explain.rs`).
//!
//! *What is deliberately missing*: the command line, which is in `meanwhile learn`. And a boundary against hostile code: what
//! is judged here runs with the rights of the user who starts it.

mod build;
mod course;
mod exercise;
pub mod explain;
pub mod grade;
mod holes;
mod judge;
mod main_file;
mod manifest;
mod nearest;
mod package;
mod progress;
mod sources;
mod workspace;
mod wrong;

pub use build::{Built, NotBuilt, build};
pub use course::Course;
pub use exercise::{Exercise, Facts, Hole, Kind, Picture, Requirement};
pub use holes::{STUB, with_holes};
pub use judge::{Judged, judge};
pub use package::Package;
pub use progress::{Progress, Work};
pub use sources::Sources;
pub use workspace::Workspace;
pub use wrong::{Change, Wrong};
