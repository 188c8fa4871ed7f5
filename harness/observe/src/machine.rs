//! What other processes did beside a measurement: `/proc/stat`, less what this process and its children used.
//!
//! *What to notice*: the machine's own account is kept in clock ticks of some milliseconds, so a short measurement says
//! nothing. Time that a hypervisor took away (`steal`) counts as others'. Interrupts do not: loopback traffic is handled in
//! them, and that traffic is the measurement's own.

use std::fs;
use std::time::{Duration, Instant};

use crate::times::seconds;
use crate::{cpu_time, ended_children};

/// Shorter than this, a few ticks decide.
const SHORTEST: Duration = Duration::from_millis(200);

/// The machine's accounts at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    at: Instant,
    /// CPU time of all processes, in seconds.
    busy_s: Option<f64>,
    /// CPU time of this process and of the children that it has waited for.
    own_s: f64,
    /// For how long some process waited for a core.
    waited_s: Option<f64>,
}

/// What happened beside this process and its children between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Noise {
    /// How many cores other processes kept busy.
    pub others_cores: Option<f64>,
    /// The share of the time in which some process, of whatever kind, waited for a core (`/proc/pressure/cpu`).
    pub waiting_share: Option<f64>,
}

impl Machine {
    /// The accounts now. Wait for children first: one that runs counts as another process.
    #[must_use]
    pub fn now() -> Self {
        let children = ended_children();
        let children_s = children.user_s.unwrap_or(0.0) + children.system_s.unwrap_or(0.0);
        Self {
            at: Instant::now(),
            busy_s: busy_s(),
            own_s: cpu_time().as_secs_f64() + children_s,
            waited_s: waited_s(),
        }
    }

    /// What others did since then; nothing is known of a time that is too short for the machine's account.
    #[must_use]
    pub fn noise_since(&self) -> Noise {
        let now = Self::now();
        let wall = now.at - self.at;
        if wall < SHORTEST {
            return Noise::default();
        }
        let per_second = |growth_s: f64| (growth_s / wall.as_secs_f64()).max(0.0);
        let own_s = now.own_s - self.own_s;
        let others = now.busy_s.zip(self.busy_s).map(|(now, then)| per_second(now - then - own_s));
        let waiting = now.waited_s.zip(self.waited_s).map(|(now, then)| per_second(now - then).min(1.0));
        Noise { others_cores: others, waiting_share: waiting }
    }
}

/// The first line of `/proc/stat`: user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)).
fn busy_s() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_whitespace().map_while(|field| field.parse().ok()).collect();
    let [user, nice, system, _idle, _iowait, _irq, _softirq, steal, ..] = ticks[..] else { return None };
    Some(seconds(user + nice + system + steal))
}

/// `some … total=MICROSECONDS`, where the kernel keeps it.
fn waited_s() -> Option<f64> {
    let pressure = fs::read_to_string("/proc/pressure/cpu").ok()?;
    let some = pressure.lines().find(|line| line.starts_with("some "))?;
    let microseconds: u64 = some.rsplit_once("total=")?.1.trim().parse().ok()?;
    Some(microseconds as f64 / 1e6)
}
