//! The program as its users call it: each command, what it prints and writes, and how it ends.
//!
//! *What to notice*: one test program for all of them. Most tests wait for a process: they run beside each other, and the
//! models are linked once.

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod cheats;
#[cfg(target_os = "linux")]
mod check;
#[cfg(target_os = "linux")]
mod check_ends;
#[cfg(target_os = "linux")]
mod contestants;
mod explain;
mod grade;
mod jitter;
mod learn;
mod live;
#[cfg(target_os = "linux")]
mod measure;
mod new_model;
mod noise;
#[cfg(target_os = "linux")]
mod outside;
mod page;
mod pictures;
mod race;
#[cfg(target_os = "linux")]
mod results;
mod run;
#[cfg(target_os = "linux")]
mod terminal;
#[cfg(target_os = "linux")]
mod timeline;
#[cfg(target_os = "linux")]
mod trace;
mod usage;
