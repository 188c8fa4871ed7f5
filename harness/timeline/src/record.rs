//! What was seen in one run: the records of the format.

use serde::{Deserialize, Serialize};

/// One run of one contestant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// What was run.
    pub about: About,
    /// What the downstream saw.
    pub connections: Vec<ConnectionEvent>,
    /// The threads that were seen.
    pub threads: Vec<Thread>,
    /// What each of them did.
    pub stretches: Vec<Stretch>,
    /// What the client said itself; nothing from a program that does not speak of it.
    pub milestones: Vec<MilestoneEvent>,
    /// How it ended; nothing while it goes on.
    pub end: Option<End>,
}

/// One line of the format, behind the header. Those between a `run` and the next one belong to that run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A run begins.
    Run(About),
    /// The downstream saw something.
    Connection(ConnectionEvent),
    /// A thread was seen for the first time.
    Thread(Thread),
    /// A thread did one thing for a while.
    Stretch(Stretch),
    /// A call of the client reached a milestone.
    Milestone(MilestoneEvent),
    /// The run is over.
    End(End),
}

/// What was run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The contestant's name.
    pub contestant: String,
    /// How it waits, in some words, if that is known: `in epoll_wait, with an enum for each call`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
    /// How many calls it makes.
    pub calls: usize,
    /// How many of them may be in flight at a time, if that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_flight: Option<usize>,
    /// How long the downstream takes to answer, in milliseconds.
    pub latency_ms: u64,
    /// How latencies differ, as on the command line; empty if they do not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub jitter: String,
    /// What is computed with each reply, as on the command line; empty if nothing is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub work: String,
    /// Which round of the race, from 1.
    #[serde(default)]
    pub round: usize,
}

/// Something that the downstream saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionEvent {
    /// Which connection, in the order in which they were accepted, from 0.
    pub connection: u64,
    /// Which call, from 0, once the connection has asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<usize>,
    /// What happened.
    pub event: Event,
    /// When.
    pub at_us: u64,
}

/// What happens to a connection, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It was accepted.
    Accepted,
    /// The last byte of the request's head was there.
    HeadComplete,
    /// The first byte of the answer was handed to the system.
    AnswerBegun,
    /// The last byte was.
    AnswerEnded,
    /// The connection was closed, by whichever side.
    Closed,
}

/// A thread of the contestant, or of a process below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The system's number of its process.
    pub process: u32,
    /// The system's number of the thread; that of the process for its first thread.
    pub thread: u32,
    /// Its name, as the system has it.
    pub name: String,
}

/// What one thread did for a while. Stretches of a thread follow each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Which thread.
    pub thread: u32,
    /// From when.
    pub from_us: u64,
    /// Until when.
    pub until_us: u64,
    /// What it did for most of this time.
    pub state: ThreadState,
    /// The CPU time that it used meanwhile.
    pub cpu_us: u64,
}

/// What a thread does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadState {
    /// It runs.
    Runs,
    /// It could run, but other threads have the cores.
    Queued,
    /// It sleeps in this system call.
    AsleepIn(String),
}

/// A call of the client reached a milestone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneEvent {
    /// Which call, from 0.
    pub call: usize,
    /// Which milestone.
    pub milestone: Milestone,
    /// When.
    pub at_us: u64,
    /// On which thread.
    pub thread: u32,
}

/// What happens to a call at the client, in this order. All but the first and the last may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// The call started; its deadline counts from here.
    Started,
    /// The last byte of the request was handed to the system.
    Sent,
    /// The first byte of the answer arrived.
    FirstByte,
    /// The work with the reply begins.
    WorkBegins,
    /// The work with the reply is done.
    WorkEnds,
    /// The call is over.
    Finished,
}

/// How a run ended, and what is missing in its timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When the contestant's first process ended.
    pub at_us: u64,
    /// Calls with the right answer.
    pub ok: usize,
    /// Calls without one.
    pub failed: usize,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// How many more threads there were at a time than those that were watched.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unwatched_threads: usize,
    /// What was not seen, a sentence each: `12 threads were not watched`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference.
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Timeline {
    /// A run that begins.
    #[must_use]
    pub fn new(about: About) -> Self {
        Self { about, ..Self::default() }
    }

    /// When it ended, or what was seen last.
    #[must_use]
    pub fn until_us(&self) -> u64 {
        let last = || {
            let connections = self.connections.iter().map(|event| event.at_us);
            let stretches = self.stretches.iter().map(|stretch| stretch.until_us);
            let milestones = self.milestones.iter().map(|event| event.at_us);
            connections.chain(stretches).chain(milestones).max()
        };
        self.end.as_ref().map(|end| end.at_us).or_else(last).unwrap_or(0)
    }

    /// Takes in a record of this run; gives back one that begins another.
    pub fn note(&mut self, record: Record) -> Option<About> {
        match record {
            Record::Run(about) => return Some(about),
            Record::Connection(event) => self.connections.push(event),
            Record::Thread(thread) => self.threads.push(thread),
            Record::Stretch(stretch) => self.stretches.push(stretch),
            Record::Milestone(event) => self.milestones.push(event),
            Record::End(end) => self.end = Some(end),
        }
        None
    }

    /// Its records, as a file has them.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        let about = std::iter::once(Record::Run(self.about.clone()));
        let connections = self.connections.iter().copied().map(Record::Connection);
        let threads = self.threads.iter().cloned().map(Record::Thread);
        let stretches = self.stretches.iter().cloned().map(Record::Stretch);
        let milestones = self.milestones.iter().copied().map(Record::Milestone);
        let end = self.end.iter().cloned().map(Record::End);
        about.chain(connections).chain(threads).chain(stretches).chain(milestones).chain(end)
    }
}
