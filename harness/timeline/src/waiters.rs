//! Which threads waited for the answers, and which ones did something else meanwhile.
//!
//! *What to notice*: a client that tells its milestones says which thread read each answer. Of any other program it is known in
//! which system calls its threads slept while calls waited, and few of these calls can bring an answer: a thread in `futex`
//! waits for another thread.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use crate::group::Habit;
use crate::spent::{Spent, length_us};
use crate::{Lanes, ThreadLane};

/// A thread that was there for less than this part of the time in which calls waited did not wait for them.
const SHORT_LIFE: u64 = 10;

/// The threads of a run, by what they were for while calls waited.
pub(crate) struct Waiters<'lanes> {
    /// They waited for the answers.
    pub(crate) threads: Vec<&'lanes ThreadLane>,
    /// They did not, and belong to the same processes.
    pub(crate) others: Vec<&'lanes ThreadLane>,
}

/// What a thread may get from where it sleeps; the last one is the likeliest to wait for answers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    /// No answer: another thread, a child process, the time.
    Elsewhere,
    /// Bytes from one socket, or from a pipe or a file.
    One,
    /// The news of many sockets.
    Many,
}

impl<'lanes> Waiters<'lanes> {
    /// Those of these lanes, whose calls waited in these times.
    pub(crate) fn of(lanes: &'lanes Lanes, times: &[Range<u64>]) -> Self {
        let readers: HashSet<u32> = lanes.calls.iter().filter_map(|call| call.handled_on).collect();
        let read = |thread: &&ThreadLane| readers.contains(&thread.thread.thread);
        let long_us = length_us(times) / SHORT_LIFE;
        let lasting = lanes.threads.iter().filter(|thread| Spent::of(thread, times).seen_us > long_us);
        let (mut threads, others): (Vec<_>, Vec<_>) = if lanes.threads.iter().any(|thread| read(&thread)) {
            (lanes.threads.iter().filter(read).collect(), lasting.filter(|thread| !read(thread)).collect())
        } else {
            by_source(lasting.collect(), times)
        };
        let source = |thread: &ThreadLane| Source::of(Spent::of(thread, times).habit());
        threads.sort_by_key(|thread| Reverse(source(thread)));
        let processes: HashSet<u32> = threads.iter().map(|thread| thread.thread.process).collect();
        let near = |thread: &&ThreadLane| processes.contains(&thread.thread.process);
        Self { threads, others: others.into_iter().filter(near).collect() }
    }

    /// How many of them used a core all this time.
    pub(crate) fn busy(&self, time: &Range<u64>) -> usize {
        let is_busy = |thread: &&&ThreadLane| {
            let spent = Spent::of(thread, std::slice::from_ref(time));
            let seen = spent.seen_us as f64 / (time.end - time.start).max(1) as f64;
            let [ran, queued] = [Habit::Ran, Habit::Queued].map(|habit| spent.share(habit) * seen);
            // One that is always ready to run costs a core, also while other programs have it.
            ran > 0.25 && ran + queued > 0.5
        };
        self.threads.iter().filter(is_busy).count()
    }
}

/// The system call in which this thread waits for the news of many sockets, and for how long it slept in it in these times.
pub(crate) fn news_of_many<'lanes>(
    thread: &'lanes ThreadLane,
    times: &[Range<u64>],
) -> Option<(&'lanes str, u64)> {
    let asleep = Spent::of(thread, times).asleep_us;
    let many = asleep.into_iter().filter(|(call, _)| Source::of(Habit::SleptIn(call)) == Source::Many);
    many.max_by_key(|(_, us)| *us)
}

/// Those that are likeliest to wait for answers, and the others.
fn by_source<'lanes>(
    threads: Vec<&'lanes ThreadLane>,
    times: &[Range<u64>],
) -> (Vec<&'lanes ThreadLane>, Vec<&'lanes ThreadLane>) {
    let source = |thread: &&ThreadLane| Source::of(Spent::of(thread, times).habit());
    let best = threads.iter().map(source).max();
    threads.into_iter().partition(|thread| Some(source(thread)) == best)
}

impl Source {
    fn of(habit: Habit<'_>) -> Self {
        match habit {
            // It may look for answers all the time.
            Habit::Ran | Habit::Queued => Self::Many,
            Habit::SleptIn(
                "epoll_wait" | "epoll_pwait" | "epoll_pwait2" | "poll" | "ppoll" | "select" | "pselect6"
                | "io_uring_enter",
            ) => Self::Many,
            Habit::SleptIn("read" | "readv" | "recvfrom" | "recvmsg" | "recvmmsg") => Self::One,
            Habit::SleptIn(_) => Self::Elsewhere,
        }
    }
}

/// How many answers each thread has read, as far as the client says so: the fewest and the most of a thread, and how many
/// threads there are.
pub(crate) struct Shares {
    pub(crate) threads: usize,
    pub(crate) fewest: usize,
    pub(crate) most: usize,
}

impl Shares {
    pub(crate) fn of(lanes: &Lanes) -> Self {
        let mut read = BTreeMap::<u32, usize>::new();
        for thread in lanes.calls.iter().filter_map(|call| call.handled_on) {
            *read.entry(thread).or_default() += 1;
        }
        let (fewest, most) = (read.values().min().copied(), read.values().max().copied());
        Self { threads: read.len(), fewest: fewest.unwrap_or(0), most: most.unwrap_or(0) }
    }
}
