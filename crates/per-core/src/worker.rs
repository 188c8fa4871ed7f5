//! A child as its parent sees it: what was asked, and what it answered in time.
//!
//! Two threads write to a child and read from it, so that a child that is stopped, or takes no more requests, never blocks
//! the parent.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use downstream_call::Failure;
use readiness::Waker;

use crate::wire::{Answer, Answered, Request};

/// A child, and both ends of the conversation.
pub(crate) struct Worker {
    child: Child,
    /// `None` once the child has to end.
    requests: Option<Sender<Vec<u8>>>,
    answers: Receiver<Answer>,
}

/// One request and its answer.
pub(crate) struct Talk<'worker> {
    worker: &'worker mut Worker,
    /// Whether the child computes, so that its deadline does not end it.
    computes: bool,
    state: State,
}

enum State {
    /// The child's own deadlines have not all passed; or it computes, and has just said so.
    Asked {
        deadline: Option<Instant>,
    },
    /// They have. It may have been stopped together with its parent, so it has a little longer. A child that computes has
    /// been asked whether it is there.
    Late {
        until: Instant,
    },
    Over(Result<Answered, Failure>),
}

/// How long a child may take to make its loop.
const START: Duration = Duration::from_secs(10);

/// How long a child may take to say that its calls have timed out.
const GRACE: Duration = Duration::from_millis(500);

/// How long a child that computes may take to say that it is there, and how often it is asked.
const SILENCE: Duration = Duration::from_secs(2);

impl Worker {
    /// Starts a child, and the threads that talk to it. They wake the parent when there is news.
    pub(crate) fn start(program: &mut Command, waker: &Waker) -> io::Result<Self> {
        let mut child = program.spawn()?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (requests, lines) = mpsc::channel();
        let (answered, answers) = mpsc::channel();
        // If anything fails from here on, dropping the worker ends the child.
        let worker = Self { child, requests: Some(requests), answers };
        let (Some(input), Some(output)) = (input, output) else {
            return Err(io::Error::other("a child without pipes"));
        };
        let waker = waker.clone();
        let thread = |name: &str| Builder::new().name(name.into());
        thread("requests").spawn(move || write(input, &lines))?;
        thread("answers").spawn(move || read(output, answered, &waker))?;
        Ok(worker)
    }

    /// Waits until the child has made its loop.
    pub(crate) fn ready(&self) -> io::Result<()> {
        match self.answers.recv_timeout(START) {
            Ok(Answer::Broken(why)) => Err(io::Error::other(why)),
            Ok(Answer::Ready | Answer::Outcomes(_) | Answer::Here) => Ok(()),
            Err(RecvTimeoutError::Timeout) => Err(io::Error::other("a process is not ready after 10 s")),
            Err(RecvTimeoutError::Disconnected) => {
                Err(io::Error::other("a process ended before it was ready"))
            }
        }
    }

    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn is_dead(&mut self) -> io::Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// A child that is gone cannot be sent anything; that there is no answer tells it.
    fn send(&mut self, request: &Request) {
        if let (Some(requests), Ok(mut line)) = (&self.requests, serde_json::to_vec(request)) {
            line.push(b'\n');
            _ = requests.send(line);
        }
    }

    /// Ends the child. A stopped one ends as well.
    fn end(&mut self) {
        self.requests = None;
        // It fails only if the child has ended.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Without the child its pipes end, and with them the threads.
impl Drop for Worker {
    fn drop(&mut self) {
        self.end();
    }
}

impl<'worker> Talk<'worker> {
    pub(crate) fn begin(worker: &'worker mut Worker, request: &Request) -> Self {
        worker.send(request);
        let deadline = request.patience().and_then(|patience| Instant::now().checked_add(patience));
        Self { worker, computes: request.computes(), state: State::Asked { deadline } }
    }

    /// Takes what the child has said. A child that is dead or too late is ended, so that the next run finds it gone.
    pub(crate) fn advance(&mut self) {
        while !self.is_over() {
            let said = self.worker.answers.try_recv();
            match said {
                Ok(Answer::Outcomes(outcomes)) => self.state = State::Over(Ok(outcomes)),
                Ok(Answer::Here) => self.is_there(),
                Ok(Answer::Ready) => {}
                Ok(Answer::Broken(_)) | Err(TryRecvError::Disconnected) => self.give_up(Failure::Lost),
                Err(TryRecvError::Empty) => return self.expire(),
            }
        }
    }

    /// The child computes; it may have said so after an earlier run's question.
    fn is_there(&mut self) {
        if let State::Late { .. } = self.state {
            self.state = State::Asked { deadline: Some(Instant::now() + SILENCE) };
        }
    }

    /// The child has said nothing new: whether it is late.
    fn expire(&mut self) {
        match self.state {
            State::Asked { deadline: Some(deadline) } if has_passed(deadline) && self.computes => {
                self.worker.send(&Request::AreYouThere);
                self.state = State::Late { until: Instant::now() + SILENCE };
            }
            State::Asked { deadline: Some(deadline) } if has_passed(deadline) => {
                self.state = State::Late { until: Instant::now() + GRACE };
            }
            State::Late { until } if has_passed(until) => self.give_up(Failure::TimedOut),
            State::Asked { .. } | State::Late { .. } | State::Over(_) => {}
        }
    }

    fn give_up(&mut self, failure: Failure) {
        self.worker.end();
        self.state = State::Over(Err(failure));
    }

    /// Passes on that the run is cancelled.
    pub(crate) fn cancel(&mut self) {
        self.worker.send(&Request::Cancel);
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.state, State::Over(_))
    }

    /// When to look again, though there is no news.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Asked { deadline } => deadline,
            State::Late { until } => Some(until),
            State::Over(_) => None,
        }
    }

    pub(crate) fn into_answer(self) -> Result<Answered, Failure> {
        match self.state {
            State::Asked { .. } | State::Late { .. } => Err(Failure::Lost),
            State::Over(answer) => answer,
        }
    }
}

fn has_passed(time: Instant) -> bool {
    time <= Instant::now()
}

/// Writes requests until the child has to end, or takes no more. The end of its input ends the child.
fn write(mut input: ChildStdin, lines: &Receiver<Vec<u8>>) {
    for line in lines {
        if input.write_all(&line).is_err() {
            return;
        }
    }
}

/// Reads answers until the child ends, or makes no sense any more. The parent hears of both.
fn read(output: ChildStdout, answered: Sender<Answer>, waker: &Waker) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let Ok(answer) = serde_json::from_str(&line) else { break };
        if answered.send(answer).is_err() {
            break;
        }
        _ = waker.wake();
    }
    drop(answered);
    _ = waker.wake();
}
