//! Looks at each thread of the contestant every few milliseconds, if the run is watched.
//!
//! *What to notice*: watching must not change what it shows. The thread here measures its own CPU time, and never looks before
//! that is 2 % or less of the time that has passed: a hundred threads are looked at less often than one.
//!
//! *What is deliberately missing*: threads that live only between two looks, and children that another than a process's first
//! thread has started.

use std::collections::HashSet;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use timeline::{Stretch, Thread};

use super::lane::{Lane, Look};
use crate::text::{counted, printable};
use crate::watch::{Cost, STRETCH_LIMIT, Sight, THREAD_LIMIT};

/// Between two looks, at least.
const LOOK: Duration = Duration::from_millis(2);

/// How many looks there are for one at which processes there are.
const LOOKS_FOR_PROCESSES: u64 = 4;

/// How many looks there are for one at the names of threads: a program that is started by a shell has another one soon.
const LOOKS_FOR_NAMES: u64 = 16;

/// One microsecond in this number of them goes to watching, at most.
const SHARE: u32 = 50;

/// A thread that looks until it is told to end.
pub(super) struct Watcher {
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Watcher {
    /// Watches a process that was started at `start`, and all below it; `tell` hands over what is seen.
    pub(super) fn start(
        process: u32,
        start: Instant,
        tell: impl FnMut(Sight) -> io::Result<()> + Send + 'static,
    ) -> Self {
        let (stop, stopped) = channel();
        let watching = Watching::new(process, start, tell);
        let thread = std::thread::spawn(move || {
            // It fails when the race has gone.
            let _ = watching.watch(&stopped);
        });
        Self { stop, thread }
    }

    /// Waits until all is handed over.
    pub(super) fn end(self) {
        drop(self.stop);
        // A watcher that has panicked has nothing more to hand over.
        let _ = self.thread.join();
    }
}

/// What the watching thread knows.
struct Watching<Tell> {
    process: u32,
    start: Instant,
    tell: Tell,
    processes: Vec<u32>,
    lanes: Vec<Lane>,
    /// The numbers of all threads that ever had a lane.
    known: HashSet<u32>,
    /// How many threads there were at the last look, with or without a lane.
    threads: usize,
    /// The most threads without a lane at a time.
    unwatched: usize,
    stretches: usize,
    looks: u64,
}

impl<Tell: FnMut(Sight) -> io::Result<()>> Watching<Tell> {
    fn new(process: u32, start: Instant, tell: Tell) -> Self {
        Self {
            process,
            start,
            tell,
            processes: Vec::new(),
            lanes: Vec::new(),
            known: HashSet::new(),
            threads: 0,
            unwatched: 0,
            stretches: 0,
            looks: 0,
        }
    }

    fn watch(mut self, stopped: &Receiver<()>) -> io::Result<()> {
        while self.stretches < STRETCH_LIMIT {
            self.look()?;
            if stopped.recv_timeout(self.pause()) != Err(RecvTimeoutError::Timeout) {
                break;
            }
        }
        self.end()
    }

    fn look(&mut self) -> io::Result<()> {
        if self.looks.is_multiple_of(LOOKS_FOR_PROCESSES) {
            self.processes = with_descendants(self.process);
        }
        if self.looks % LOOKS_FOR_NAMES == LOOKS_FOR_NAMES - 1 {
            self.tell_new_names()?;
        }
        self.looks += 1;
        // Counted after the lanes: a thread that ends in between must not count as one without a lane.
        let ended = self.look_at_lanes()?;
        let threads = self.processes.iter().map(|process| observe::thread_count(*process)).sum();
        if ended || threads != self.threads {
            self.find_threads()?;
        }
        self.threads = threads;
        if self.known.len() == THREAD_LIMIT {
            self.unwatched = self.unwatched.max(threads.saturating_sub(self.lanes.len()));
        }
        Ok(())
    }

    /// Whether a thread has ended.
    fn look_at_lanes(&mut self) -> io::Result<bool> {
        let mut over = Vec::new();
        let (lanes, start) = (self.lanes.len(), self.start);
        self.lanes.retain_mut(|lane| match lane.look(start.elapsed()) {
            Look::GoesOn => true,
            Look::Over(stretch) => {
                over.push(stretch);
                true
            }
            Look::Ended(stretch) => {
                over.extend(stretch);
                false
            }
        });
        self.tell_stretches(over)?;
        for stretch in self.lanes.iter_mut().filter_map(Lane::goes_on) {
            (self.tell)(Sight::GoesOn(stretch))?;
        }
        Ok(self.lanes.len() < lanes)
    }

    fn tell_stretches(&mut self, stretches: Vec<Stretch>) -> io::Result<()> {
        self.stretches += stretches.len();
        stretches.into_iter().try_for_each(|stretch| (self.tell)(Sight::Stretch(stretch)))
    }

    fn tell_new_names(&mut self) -> io::Result<()> {
        for lane in &mut self.lanes {
            let Some(name) = name(self.process, &lane.thread) else { continue };
            if name != lane.thread.name {
                lane.thread.name = name;
                (self.tell)(Sight::Thread(lane.thread.clone()))?;
            }
        }
        Ok(())
    }

    /// Gives lanes to threads that have none, as far as there are any left.
    fn find_threads(&mut self) -> io::Result<()> {
        if self.known.len() == THREAD_LIMIT {
            return Ok(());
        }
        for process in self.processes.clone() {
            for thread in observe::threads_of(process) {
                if self.known.len() < THREAD_LIMIT && !self.known.contains(&thread) {
                    self.add_lane(process, thread)?;
                }
            }
        }
        Ok(())
    }

    fn add_lane(&mut self, process: u32, thread: u32) -> io::Result<()> {
        let mut seen = Thread { process, thread, name: String::new() };
        let Some(name) = name(self.process, &seen) else { return Ok(()) };
        seen.name = name;
        let Some(mut lane) = Lane::new(seen, self.start.elapsed()) else { return Ok(()) };
        if thread == self.process {
            lane = lane.began(Duration::ZERO);
        }
        self.known.insert(thread);
        (self.tell)(Sight::Thread(lane.thread.clone()))?;
        self.lanes.push(lane);
        Ok(())
    }

    /// Until watching has its share again.
    fn pause(&self) -> Duration {
        let due = observe::thread_cpu_time() * SHARE;
        LOOK.max(due.saturating_sub(self.start.elapsed()))
    }

    fn end(mut self) -> io::Result<()> {
        let last = std::mem::take(&mut self.lanes).into_iter().filter_map(Lane::end).collect();
        self.tell_stretches(last)?;
        if self.unwatched > 0 {
            (self.tell)(Sight::Unwatched(self.unwatched))?;
        }
        for missing in self.missing() {
            (self.tell)(Sight::Missing(missing))?;
        }
        let (cpu, wall) = (observe::thread_cpu_time(), self.start.elapsed());
        let (cpu_us, wall_us) = (cpu.as_micros() as u64, wall.as_micros() as u64);
        (self.tell)(Sight::Watched(Cost { cpu_us, wall_us, looks: self.looks }))
    }

    fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.known.is_empty() {
            missing.push(
                "no thread was seen: it ended at once, or this system does not tell what threads do".into(),
            );
        } else if self.unwatched > 0 {
            let threads = counted(self.unwatched, "thread");
            missing.push(format!("{threads} beside the first {THREAD_LIMIT} not watched"));
        }
        if self.stretches >= STRETCH_LIMIT {
            let until_s = self.start.elapsed().as_secs_f64();
            missing
                .push(format!("threads were watched for the first {until_s:.1} s alone: they did too much"));
        }
        missing
    }
}

/// The name of a thread, and, if its process is not the contestant's own one, of the script that it runs: of ten shells it is else
/// not known what they are for. A program may call its threads anything.
fn name(contestant: u32, Thread { process, thread, .. }: &Thread) -> Option<String> {
    let mut name = observe::thread_name(*process, *thread)?;
    let script = || observe::script_name(*process);
    if let Some(script) = (*process != contestant).then(script).flatten().filter(|script| *script != name) {
        name.extend([b" ", script.as_slice()].concat());
    }
    Some(printable(&name, 64))
}

/// A process and all below it.
fn with_descendants(process: u32) -> Vec<u32> {
    let mut found = vec![process];
    let mut seen = 0;
    while let Some(next) = found.get(seen) {
        found.extend(observe::children(*next));
        seen += 1;
    }
    found
}

#[cfg(all(test, target_os = "linux"))]
#[path = "watcher_tests.rs"]
mod tests;
