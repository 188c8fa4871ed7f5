//! Processes of their own in which one exercise of one student is built or judged, and which end together.
//!
//! *How it waits*: three processes. The grader starts a *gate*, which goes into new namespaces and starts *inside*: the first
//! process of them. That one has the limits, builds or judges, and says on a private link what came of it. When the grader
//! closes the link, when the time is over, or when the grader ends, all of them end.
//!
//! *What to notice*: the namespaces' end is the system's work: no process in them can outlive the first one, however fast it starts
//! others, and none can see or signal a process outside. Their network is a loopback of its own, with the mock on it. Where a
//! system has no namespaces, the same processes run without, and the grader says so.
//!
//! In whole namespaces, a program that is judged can write files in its own folder alone.
//!
//! *What is deliberately missing*: a file system of its own. Every file can be read that the user can read.

#[cfg(target_os = "linux")]
mod files;
mod gate;
mod inside;
mod limits;
mod link;
mod namespaces;
mod order;
mod outer;
mod watcher;

use serde::{Deserialize, Serialize};

pub use gate::gate;
pub use inside::inside;
pub(super) use order::{Order, Over, Said};
pub(super) use outer::{Enclosure, Heard, Here, most};

/// The first argument of a gate, with which the grader starts its own program again.
pub const ENCLOSURE_ARGUMENT: &str = "grade-enclosure";

/// How far an enclosure is closed on this system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Enclosing {
    /// No network but loopback, no process but its own, and no file to write but in its own folder.
    Whole,
    /// No network but loopback.
    Network,
    /// A group of processes with limits, as on any system.
    Group,
}

impl Enclosing {
    /// The most that a system may allow first.
    pub const ALL: [Self; 3] = [Self::Whole, Self::Network, Self::Group];

    /// As an argument.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Network => "network",
            Self::Group => "group",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|enclosing| enclosing.name() == name)
    }

    /// What is not closed, if anything is not.
    #[must_use]
    pub const fn open(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Network => Some(
                "this system allows no namespaces of processes and files: submissions can signal your processes and write your files",
            ),
            Self::Group => Some(
                "this system allows no namespaces: submissions can use the network, signal your processes and write your files",
            ),
        }
    }
}
