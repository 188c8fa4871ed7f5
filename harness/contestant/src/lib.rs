//! Any program in any language: started, bounded, measured and judged from outside.
//!
//! *How it waits*: a contestant is a process group under a small measuring process ([`measure`]), at which its
//! [`Process`] looks every few milliseconds.
//!
//! *What to notice*: nothing here believes a contestant. Its answers count as far as the mock's own counts bear them out
//! ([`Evidence`]), and its numbers are those that the operating system has ([`measure`]). It ends with the process that
//! started it, however that one ends.
//!
//! *What is deliberately missing*: which contestants there are, and in which order they run: that is the race's.

mod capture;
mod channel;
mod check;
mod descendants;
mod error;
mod evidence;
mod group;
pub mod interrupt;
mod least_time;
pub mod measure;
mod mechanism;
mod placeholders;
mod process;
mod program;
mod protect;
mod report;
pub mod text;
mod this_program;
mod watch;

pub use capture::Captured;
pub use check::{check_program, rows_of_programs};
pub use error::Error;
pub use evidence::{Evidence, Judgement};
pub use process::{Output, Process};
pub use program::{Placeholders, Program};
pub use this_program::this_program;
pub use watch::{Cost, Seen, Watch};
