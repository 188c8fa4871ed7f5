//! What happened on each connection and when, if it is recorded.
//!
//! *What to notice*: a connection is recorded if it is accepted while recording is on, and its events go to the recording
//! that it was accepted in. So a client that outlived its round never appears in the next one. Without a recording, a
//! connection costs one relaxed load.
//!
//! *What is deliberately missing*: faults. Their scripts are counted, and not recorded.

use std::{
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// What was recorded, in the order in which it happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// The first events, as many as fit.
    pub events: Vec<Event>,
    /// Events that did not fit.
    pub missed: u64,
}

/// Something that happened on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which connection of the recording, in the order in which they were accepted, from 0.
    pub connection: u64,
    /// The number in `/echo/{call}` of the connection's latest request, whatever the answer was; `None` before a request
    /// and after one for another path.
    pub call: Option<usize>,
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Instant,
}

/// What happens on a connection, in this order. The three in the middle are repeated with each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// It was accepted.
    Accepted,
    /// The last byte of a request's head was there.
    HeadComplete,
    /// The first byte of the answer was handed to the socket's writer.
    AnswerBegun,
    /// The last byte was. It is missing if the client left before.
    AnswerEnded,
    /// It was closed, by either side.
    Closed,
}

/// Whether connections are recorded now, and where.
#[derive(Default)]
pub(crate) struct Recorder {
    is_on: AtomicBool,
    recording: Mutex<Arc<Recording>>,
}

/// One recording. Connections that were accepted in it keep it, so that their last events do not reach a later one.
#[derive(Default)]
struct Recording {
    limit: usize,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    connections: u64,
    events: Events,
}

/// A connection that is recorded. The last clone that is dropped notes that it was closed.
#[derive(Clone)]
pub(crate) struct Recorded(Arc<Connection>);

struct Connection {
    recording: Arc<Recording>,
    number: u64,
    call: Mutex<Option<usize>>,
}

impl Recorder {
    /// Begins a recording of at most `limit` events; none if that is zero.
    pub(crate) fn begin(&self, limit: usize) {
        *lock(&self.recording) = Arc::new(Recording { limit, record: Mutex::default() });
        self.is_on.store(limit > 0, Ordering::Relaxed);
    }

    pub(crate) fn events(&self) -> Events {
        let recording = Arc::clone(&lock(&self.recording));
        lock(&recording.record).events.clone()
    }

    /// A connection was accepted just now. `None` if it is not recorded.
    pub(crate) fn accepted(&self) -> Option<Recorded> {
        self.is_on.load(Ordering::Relaxed).then(|| self.record())
    }

    fn record(&self) -> Recorded {
        let recording = Arc::clone(&lock(&self.recording));
        let number = recording.next_connection();
        let connection = Recorded(Arc::new(Connection { recording, number, call: Mutex::default() }));
        connection.note(EventKind::Accepted);
        connection
    }
}

impl Recording {
    fn next_connection(&self) -> u64 {
        let mut record = lock(&self.record);
        let next = record.connections + 1;
        mem::replace(&mut record.connections, next)
    }

    fn note(&self, event: Event) {
        let Events { events, missed } = &mut lock(&self.record).events;
        if events.len() < self.limit {
            events.push(event);
        } else {
            *missed += 1;
        }
    }
}

impl Recorded {
    /// The head of a request for this path has arrived.
    pub(crate) fn asked(&self, path: &str) {
        *lock(&self.0.call) = call_number(path);
        self.note(EventKind::HeadComplete);
    }

    pub(crate) fn note(&self, kind: EventKind) {
        self.0.note(kind);
    }
}

impl Connection {
    fn note(&self, kind: EventKind) {
        let (connection, call, at) = (self.number, *lock(&self.call), Instant::now());
        self.recording.note(Event { connection, call, kind, at });
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.note(EventKind::Closed);
    }
}

/// Which call has this path; a number has one spelling alone.
pub(crate) fn call_number(path: &str) -> Option<usize> {
    let digits = path.strip_prefix("/echo/")?;
    let call = digits.parse::<usize>().ok()?;
    (call.to_string() == digits).then_some(call)
}

/// A record stays right after a panic elsewhere: each change is complete before the lock is released.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
