//! The defects: where each goes, which model shows it, and which row has to break.

/// A defect, as a small change of text.
pub(super) struct Defect {
    /// What is wrong, in a phrase.
    pub(super) what: &'static str,
    /// The file, from the root.
    pub(super) file: &'static str,
    /// Text that is in the file exactly once.
    pub(super) sound: &'static str,
    /// The text that replaces it while the defect is in.
    pub(super) defective: &'static str,
    /// The model in which it shows.
    pub(super) model: &'static str,
    /// The row that has to break.
    pub(super) row: &'static str,
    /// What its reason has to contain.
    pub(super) reason: &'static str,
}

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        what: "a deadline restarts with each read",
        file: "crates/epoll-state-machine/src/flight.rs",
        sound: "if let Some(outcome) = self.exchange.received(&scratch[..length]) {",
        defective: "self.deadline = self.exchange.call().deadline(Instant::now());
                        if let Some(outcome) = self.exchange.received(&scratch[..length]) {",
        model: "epoll-state-machine",
        row: "a deadline is for the whole call",
        reason: "ended with status 200",
    },
    Defect {
        what: "a socket is not closed",
        file: "crates/epoll-state-machine/src/lib.rs",
        sound: "self.flights.remove(key).map(|flight| flight.index())",
        defective: "self.flights.remove(key).map(|flight| std::mem::ManuallyDrop::new(flight).index())",
        model: "epoll-state-machine",
        row: "all calls wait at the same time",
        reason: "left behind",
    },
    Defect {
        what: "EAGAIN is taken for an error while sending",
        file: "crates/epoll-state-machine/src/flight.rs",
        sound: "Err(error) => return stopped(error, EventFlags::OUT),",
        defective: "Err(_) => return Progress::Over(Err(Failure::Reset)),",
        model: "epoll-state-machine",
        row: "request-in-parts",
        reason: "ended with reset",
    },
    Defect {
        what: "EAGAIN is taken for an error while receiving",
        file: "crates/callback-loop/src/call.rs",
        sound: "Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.on_sent(event_loop, key),",
        defective: "",
        model: "callback-loop",
        row: "one-byte-at-a-time",
        reason: "ended with timed-out",
    },
    Defect {
        what: "an event counts as an answer",
        file: "crates/generator-style/src/stream.rs",
        sound: "socket = self.context.waits.give(wait).await?;",
        defective: "self.context.waits.give(wait).await?;
                    return Err(Failure::Incomplete);",
        model: "generator-style",
        row: "a call waits until its answer comes",
        reason: "ended with incomplete",
    },
    Defect {
        what: "an outcome lands in another call's slot",
        file: "crates/generator-style/src/lib.rs",
        sound: "let index = task.index;",
        defective: "let index = task.index ^ 1;",
        model: "generator-style",
        row: "outcomes come in the order of calls",
        reason: "call 0 ended with 200",
    },
    Defect {
        what: "a socket is not watched for what it waits for next",
        file: "crates/readiness/src/poller.rs",
        sound: "if socket.watched == Some(interest) {",
        defective: "if socket.watched.is_some() {",
        model: "generator-style",
        row: "answer-long-after-request-in-parts",
        reason: "a wake was lost",
    },
    Defect {
        what: "a wait does not wait",
        file: "crates/readiness/src/poller.rs",
        sound: ".min(HOUR));",
        defective: ".min(Duration::ZERO));",
        model: "stackful-coroutines",
        row: "never-answered",
        reason: "of CPU time",
    },
    Defect {
        what: "a wake is lost when several come at once",
        file: "crates/mini-runtime/src/runtime/reactor.rs",
        sound: "for key in self.ready.drain(..) {",
        defective: "for key in self.ready.drain(..).take(1) {",
        model: "mini-runtime",
        row: "an answer wakes the call that waits for it",
        reason: "a wake was lost",
    },
    Defect {
        what: "a limit for each read stands in for the deadline",
        file: "crates/serial/src/stream.rs",
        sound: "match remaining(self.deadline) {",
        defective: "match Ok::<_, io::Error>(exchange.call().timeout) {",
        model: "serial",
        row: "a deadline is for the whole call",
        reason: "ended with status 200",
    },
    Defect {
        what: "cancelling is ignored",
        file: "crates/downstream-call/src/fan_out.rs",
        sound: " || self.run.cancel.is_cancelled()",
        defective: "",
        model: "serial",
        row: "a run cancelled before it starts makes no call",
        reason: "10 calls with status 200",
    },
    Defect {
        what: "one call too many is in flight",
        file: "crates/downstream-call/src/fan_out.rs",
        sound: "self.in_flight == self.run.in_flight.get()",
        defective: "self.in_flight > self.run.in_flight.get()",
        model: "thread-pool",
        row: "never more calls in flight than allowed",
        reason: "2 calls in flight at once, where the run allows 1",
    },
    Defect {
        what: "EAGAIN is taken for a deadline",
        file: "crates/busy-poll/src/flight.rs",
        sound: "ErrorKind::WouldBlock => Progress::Blocked,",
        defective: "ErrorKind::WouldBlock => Progress::Over(Err(Failure::TimedOut)),",
        model: "busy-poll",
        row: "a late call does not delay the rest",
        reason: "before its deadline",
    },
    Defect {
        what: "a connection that closes early counts as an answer",
        file: "crates/downstream-call/src/response.rs",
        sound: "Self::Head(_) | Self::Body(_) => Err(Failure::Incomplete),",
        defective: "Self::Body(body) => Ok(body.into_reply()),
            Self::Head(_) => Err(Failure::Incomplete),",
        model: "serial",
        row: "length-long-by-one",
        reason: "not with incomplete",
    },
    Defect {
        what: "a diamond goes on after the work with one reply has panicked",
        file: "crates/downstream-call/src/fan_out.rs",
        sound: "self.failed |= outcome.is_err();",
        defective: "self.failed |= outcome.is_err() && outcome != Err(Failure::WorkPanicked);",
        model: "epoll-state-machine",
        row: "work that panics in a diamond's middle cancels the other calls",
        reason: "where the model cancels at once",
    },
];
