//! The numbers of one run of one contestant.

use contestant::measure::Usage;
use observe::Noise;
use serde::{Deserialize, Serialize};

use super::answered::Answered;

/// What one process used, and what came of its calls. What the system does not tell is `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// From its start to its end, in seconds.
    pub wall_s: f64,
    /// CPU time in user mode, in seconds.
    pub user_s: Option<f64>,
    /// CPU time in the kernel, in seconds.
    pub system_s: Option<f64>,
    /// The most memory that was resident.
    pub peak_rss_bytes: Option<u64>,
    /// How often it gave up its core to wait.
    pub voluntary_switches: Option<u64>,
    /// How often the kernel took its core away.
    pub involuntary_switches: Option<u64>,
    /// The most threads at a time.
    pub peak_threads: Option<u64>,
    /// The most calls that the mock saw at a time.
    pub peak_in_flight: u64,
    /// Calls with the right answer.
    pub ok: usize,
    /// Calls without one.
    pub failed: usize,
    /// How many processes it left behind at its end, which were then ended.
    #[serde(default)]
    pub left_behind: u64,
    /// How many cores other processes kept busy beside it; nothing for a run too short to tell.
    #[serde(default)]
    pub others_cores: Option<f64>,
    /// The share of its time in which some process, its own included, waited for a core.
    #[serde(default)]
    pub waiting_share: Option<f64>,
    /// When the calls were answered; nothing in a race without jitter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
}

/// What came of one run of one contestant.
pub(super) struct Finish {
    pub(super) round: Option<Round>,
    pub(super) fault: Option<String>,
}

impl Round {
    pub(super) fn new(usage: &Usage, noise: Noise, peak_in_flight: u64, ok: usize, failed: usize) -> Self {
        Self {
            wall_s: usage.wall_s,
            user_s: usage.user_s,
            system_s: usage.system_s,
            peak_rss_bytes: usage.peak_rss_bytes,
            voluntary_switches: usage.voluntary_switches,
            involuntary_switches: usage.involuntary_switches,
            peak_threads: usage.peak_threads,
            peak_in_flight,
            ok,
            failed,
            left_behind: usage.left_behind as u64,
            others_cores: noise.others_cores,
            waiting_share: noise.waiting_share,
            answered: None,
        }
    }

    /// How much of a core it used, from 0 to the number of cores.
    pub(super) fn cores(&self) -> Option<f64> {
        Some((self.user_s? + self.system_s?) / self.wall_s)
    }
}

impl Finish {
    /// Without a result.
    pub(super) fn out(fault: String) -> Self {
        Self { round: None, fault: Some(fault) }
    }
}
