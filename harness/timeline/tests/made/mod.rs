//! Timelines that were made by hand, for tests of what is said and drawn of them.

#![allow(dead_code)] // Each test uses a part of it.

use timeline::{
    About, ConnectionEvent, End, Event, Lanes, Milestone, MilestoneEvent, Stretch, Thread, ThreadState,
    Timeline,
};

/// A timeline under construction.
pub(crate) struct Made(pub Timeline);

impl Made {
    /// A run of this many calls.
    pub(crate) fn new(contestant: &str, calls: usize) -> Self {
        Self(Timeline::new(About {
            contestant: contestant.into(),
            calls,
            latency_ms: 1_000,
            ..About::default()
        }))
    }

    /// A call that is asked for at once, and answered, as the downstream sees it.
    pub(crate) fn call(mut self, call: usize, from_us: u64, answered_us: u64) -> Self {
        let events = [
            (Event::Accepted, from_us),
            (Event::HeadComplete, from_us),
            (Event::AnswerBegun, answered_us),
            (Event::AnswerEnded, answered_us),
            (Event::Closed, answered_us),
        ];
        let event =
            |(event, at_us)| ConnectionEvent { connection: call as u64, call: Some(call), event, at_us };
        self.0.connections.extend(events.map(event));
        self
    }

    /// What the client says of a call on this thread.
    pub(crate) fn said(mut self, call: usize, thread: u32, milestones: &[(Milestone, u64)]) -> Self {
        let event = |(milestone, at_us): &(Milestone, u64)| MilestoneEvent {
            call,
            milestone: *milestone,
            at_us: *at_us,
            thread,
        };
        self.0.milestones.extend(milestones.iter().map(event));
        self
    }

    /// A thread of this process that did one thing after the other: what, until when, with how much CPU time.
    pub(crate) fn thread(mut self, process: u32, thread: u32, did: &[(ThreadState, u64, u64)]) -> Self {
        self.0.threads.push(Thread { process, thread, name: "worker".into() });
        let mut from_us = 0;
        for (state, until_us, cpu_us) in did {
            let (state, until_us, cpu_us) = (state.clone(), *until_us, *cpu_us);
            self.0.stretches.push(Stretch { thread, from_us, until_us, state, cpu_us });
            from_us = until_us;
        }
        self
    }

    /// A thread that did nothing but this.
    pub(crate) fn only(self, thread: u32, state: ThreadState, until_us: u64, cpu_us: u64) -> Self {
        self.thread(1, thread, &[(state, until_us, cpu_us)])
    }

    /// The end of the run.
    pub(crate) fn end(mut self, at_us: u64, failed: usize) -> Self {
        let ok = self.0.about.calls - failed;
        self.0.end = Some(End { at_us, ok, failed, ..End::default() });
        self
    }

    pub(crate) fn lanes(&self) -> Lanes {
        Lanes::of(&self.0)
    }
}

pub(crate) fn asleep(call: &str) -> ThreadState {
    ThreadState::AsleepIn(call.into())
}

/// A run of this many calls of one second, all at once.
pub(crate) fn at_once(contestant: &str, calls: usize) -> Made {
    let made = Made::new(contestant, calls).end(1_010_000, 0);
    (0..calls).fold(made, |made, call| made.call(call, 2_000 + call as u64, 1_002_000 + call as u64))
}

/// A run of 20 calls on 8 threads.
pub(crate) fn pool() -> Made {
    let made = Made::new("thread-pool", 20).end(3_006_000, 0);
    let begun_us = |call: usize| 2_000 + call as u64 / 8 * 1_001_000;
    let made = (0..20).fold(made, |made, call| made.call(call, begun_us(call), begun_us(call) + 1_000_000));
    let made = made.thread(1, 1, &[(asleep("futex"), 3_006_000, 1_000)]);
    (2..10).fold(made, |made, thread| made.only(thread, asleep("recvfrom"), 3_000_000, 20_000))
}
