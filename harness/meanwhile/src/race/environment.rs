//! Where and how a race was run: without it, its numbers mean little.

use std::collections::BTreeMap;

use contestant::text::counted;
use downstream_mock::Jitter;
use serde::{Deserialize, Serialize};
use timeline::Header;

use super::RaceArgs;
use crate::origin;

/// The machine, the program, and its options.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Environment {
    /// When the race began, in UTC; empty in a report that does not say it.
    #[serde(default)]
    pub began: String,
    /// The command that ran it.
    #[serde(default)]
    pub command: String,
    /// `meanwhile` and its version.
    pub program: String,
    /// `release`, or `debug`, which no number should come from.
    pub build: String,
    /// The system, such as `linux`.
    pub os: String,
    /// The kernel's release.
    pub kernel: Option<String>,
    /// Such as `x86_64`.
    pub architecture: String,
    /// The processor's name.
    pub cpu: Option<String>,
    /// How many cores this process may use.
    pub cores: Option<usize>,
    /// The machine's memory.
    pub memory_bytes: Option<u64>,
    /// How many descriptors a process may have.
    pub descriptor_limit: u64,
    /// How long the mock waits before each answer, in milliseconds.
    pub latency_ms: u64,
    /// How latencies differ from call to call, as on the command line.
    #[serde(default = "no_jitter")]
    pub jitter: String,
    /// How long a call may take, in milliseconds.
    pub timeout_ms: u64,
    /// How many calls may be in flight, if that is limited.
    pub in_flight: Option<usize>,
    /// How many workers a pool has, if not its own number.
    pub workers: Option<usize>,
    /// What was computed with each reply, as on the command line.
    pub work: String,
    /// The programs among the contestants, and their commands.
    pub programs: BTreeMap<String, String>,
    /// How often each contestant was to run.
    pub rounds: usize,
    /// Where the random order and the jitter started.
    pub seed: u64,
    /// In which order the contestants ran.
    pub order: Vec<RoundOrder>,
    /// Whether the race ended before all of them had run in all rounds.
    #[serde(default)]
    pub ended_early: bool,
}

/// The order of one round.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoundOrder {
    /// Calls in it.
    pub calls: usize,
    /// Its number, from 1.
    pub round: usize,
    /// The contestants, first to last.
    pub contestants: Vec<String>,
}

impl Environment {
    pub(crate) fn new(args: &RaceArgs, seed: u64, descriptor_limit: u64) -> Self {
        Self {
            began: origin::now(),
            command: origin::command(),
            program: concat!("meanwhile ", env!("CARGO_PKG_VERSION")).into(),
            build: if cfg!(debug_assertions) { "debug" } else { "release" }.into(),
            os: std::env::consts::OS.into(),
            kernel: observe::kernel(),
            architecture: std::env::consts::ARCH.into(),
            cpu: observe::processor(),
            cores: std::thread::available_parallelism().ok().map(usize::from),
            memory_bytes: observe::memory_bytes(),
            descriptor_limit,
            latency_ms: args.latency_ms(),
            jitter: args.jitter.to_string(),
            timeout_ms: u64::try_from(args.how.timeout.as_millis()).unwrap_or(u64::MAX),
            in_flight: args.how.in_flight.map(usize::from),
            workers: args.how.workers.map(usize::from),
            work: args.how.work.to_string(),
            programs: programs(args),
            rounds: args.rounds.get(),
            seed,
            order: Vec::new(),
            ended_early: false,
        }
    }

    /// The first line of a file of timelines that were seen here.
    pub(crate) fn timeline_header(&self) -> Header {
        let kernel = self.kernel.as_ref().map_or_else(String::new, |kernel| format!(" {kernel}"));
        let cores = self.cores.map_or_else(String::new, |cores| format!(", {}", counted(cores, "core")));
        let machine = format!("{}{kernel} {}{cores}", self.os, self.architecture);
        let (program, began, command) = (self.program.clone(), self.began.clone(), self.command.clone());
        Header { program, machine, began, command, ..Header::default() }
    }
}

/// What a report without a word about it had.
fn no_jitter() -> String {
    Jitter::None.to_string()
}

fn programs(args: &RaceArgs) -> BTreeMap<String, String> {
    args.with.iter().map(|program| (program.name.clone(), program.command.clone())).collect()
}
