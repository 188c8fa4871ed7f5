//! The clock that all processes of a machine share, and the system's numbers of threads: what a milestone needs so that
//! another process understands it.
//!
//! *What is deliberately missing*: such a clock on systems other than Linux. There `Instant` counts from a moment that
//! other processes do not know.

use std::time::{Duration, Instant};

/// `CLOCK_MONOTONIC`, as `clock_gettime(2)` has it, and Python's `time.monotonic`.
#[derive(Clone, Copy, Debug)]
pub struct MachineClock {
    now: Instant,
    /// The same moment on the machine's clock.
    machine_now: Duration,
}

/// How often both clocks are looked at. The thread may lose its core between the two looks, but hardly each time.
const LOOKS: usize = 5;

impl MachineClock {
    /// Looks at both clocks, so that times of one can be told as times of the other. `None` where the system has no clock
    /// that its processes share.
    #[must_use]
    pub fn read() -> Option<Self> {
        let looks = (0..LOOKS).filter_map(|_| {
            let (now, machine_now) = (Instant::now(), machine_now()?);
            Some((now.elapsed(), Self { now, machine_now }))
        });
        looks.min_by_key(|(took, _)| *took).map(|(_, clock)| clock)
    }

    /// This time in microseconds.
    #[must_use]
    pub fn microseconds(&self, at: Instant) -> u64 {
        let after = at.saturating_duration_since(self.now);
        let before = self.now.saturating_duration_since(at);
        let at = self.machine_now.saturating_add(after).saturating_sub(before);
        // `as_micros` divides 128 bits, which takes as long as all the rest.
        at.as_secs().saturating_mul(1_000_000).saturating_add(at.subsec_micros().into())
    }

    /// The time that this number of microseconds means. `None` if it is too far away.
    #[must_use]
    pub fn instant(&self, at_us: u64) -> Option<Instant> {
        let at = Duration::from_micros(at_us);
        match at.checked_sub(self.machine_now) {
            Some(later) => self.now.checked_add(later),
            None => self.now.checked_sub(self.machine_now.saturating_sub(at)),
        }
    }
}

#[cfg(target_os = "linux")]
fn machine_now() -> Option<Duration> {
    // `Instant` is this clock, too.
    Duration::try_from(rustix::time::clock_gettime(rustix::time::ClockId::Monotonic)).ok()
}

#[cfg(not(target_os = "linux"))]
fn machine_now() -> Option<Duration> {
    None
}

/// The number of this thread: the system's on Linux, and elsewhere one that no other thread of this process has.
pub(crate) fn this_thread() -> u32 {
    thread_local! {
        static NUMBER: u32 = number();
    }
    NUMBER.with(|number| *number)
}

#[cfg(target_os = "linux")]
fn number() -> u32 {
    rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs()
}

#[cfg(not(target_os = "linux"))]
fn number() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
