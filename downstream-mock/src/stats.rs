//! What really happened, counted where it happens: the ground truth of every test and race.
//!
//! *What to notice*: each count goes up when a guard is made and down when it is dropped, so that every way in which a
//! connection can end is counted, an abort included. One lock over all counts makes a snapshot consistent; everything
//! runs on one thread, so it is hardly ever contended.

use crate::events::{EventKind, Recorded};
use serde::Serialize;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How often a wait for counts looks at them: a notification would cost the mock a system call for each request.
pub(crate) const LOOK: Duration = Duration::from_millis(1);

/// The counts of a mock at one moment; totals and peaks since its start or the last reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Connections accepted.
    pub accepted: u64,
    /// Connections open now: accepted, and not yet closed by the mock.
    pub open_connections: u64,
    /// The most connections that were open at once.
    pub peak_open_connections: u64,
    /// Requests whose head arrived whole and was HTTP; `in_flight`, `answered` and `aborted` count these.
    pub requests: u64,
    /// Requests in flight now: head received, last byte of the answer not yet handed to the socket's writer.
    pub in_flight: u64,
    /// The most requests that were in flight at once.
    pub peak_in_flight: u64,
    /// Requests whose answer was handed over whole. A client sees its last byte later than it is counted here.
    pub answered: u64,
    /// Requests whose client left before that: it closed or reset the connection, or closed its sending half.
    pub aborted: u64,
    /// Times the accept loop paused because descriptors or memory had run out.
    pub accept_pauses: u64,
}

impl Stats {
    /// The counts at the start of a new round: what is open or in flight stays counted.
    fn restarted(&self) -> Self {
        Self {
            open_connections: self.open_connections,
            peak_open_connections: self.open_connections,
            in_flight: self.in_flight,
            peak_in_flight: self.in_flight,
            ..Self::default()
        }
    }
}

/// The counts, shared by the code that counts and the code that reads them.
#[derive(Clone, Default)]
pub(crate) struct Counts(Arc<Mutex<Stats>>);

impl Counts {
    pub(crate) fn snapshot(&self) -> Stats {
        *self.lock()
    }

    pub(crate) fn restart(&self) {
        let mut stats = self.lock();
        *stats = stats.restarted();
    }

    /// Waits until `wanted` is true of the counts; returns `false` if it is not when `patience` has passed.
    pub(crate) fn wait_for(&self, patience: Duration, mut wanted: impl FnMut(&Stats) -> bool) -> bool {
        let start = Instant::now();
        while !wanted(&self.snapshot()) {
            if start.elapsed() >= patience {
                return false;
            }
            std::thread::sleep(LOOK);
        }
        true
    }

    pub(crate) fn accept_pause(&self) {
        self.lock().accept_pauses += 1;
    }

    pub(crate) fn connection(&self) -> OpenConnection {
        let mut stats = self.lock();
        stats.accepted += 1;
        stats.open_connections += 1;
        stats.peak_open_connections = stats.peak_open_connections.max(stats.open_connections);
        OpenConnection(self.clone())
    }

    /// A request has arrived, on a connection that may be recorded.
    pub(crate) fn request(&self, connection: Option<Recorded>) -> InFlight {
        let mut stats = self.lock();
        stats.requests += 1;
        stats.in_flight += 1;
        stats.peak_in_flight = stats.peak_in_flight.max(stats.in_flight);
        InFlight { counts: self.clone(), connection, answered: false }
    }

    /// Counts stay right after a panic elsewhere: each change is complete before the lock is released.
    fn lock(&self) -> MutexGuard<'_, Stats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection, for as long as it is open.
pub(crate) struct OpenConnection(Counts);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.lock().open_connections -= 1;
    }
}

/// A request, for as long as it is in flight. Dropping it counts as aborted, unless [`answered`](Self::answered) was
/// called.
pub(crate) struct InFlight {
    counts: Counts,
    connection: Option<Recorded>,
    answered: bool,
}

impl InFlight {
    /// The first byte of the answer is handed to the socket's writer.
    pub(crate) fn answer_begins(&self) {
        self.note(EventKind::AnswerBegun);
    }

    /// The last byte is.
    pub(crate) fn answered(mut self) {
        self.note(EventKind::AnswerEnded);
        self.answered = true;
    }

    fn note(&self, kind: EventKind) {
        if let Some(connection) = &self.connection {
            connection.note(kind);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut stats = self.counts.lock();
        stats.in_flight -= 1;
        match self.answered {
            true => stats.answered += 1,
            false => stats.aborted += 1,
        }
    }
}
