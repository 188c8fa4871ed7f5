//! All calls on one thread, in a loop around `poll(2)`.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Exchange, Failure, FanOut, Model, Outcome, Run};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, socket_with};

use super::Mistake;

pub(crate) struct Polling {
    mistake: Mistake,
    scratch: Vec<u8>,
    kept: Vec<TcpStream>,
}

struct Flight<'run> {
    exchange: Exchange<'run>,
    socket: TcpStream,
    deadline: Instant,
}

impl Polling {
    pub(crate) fn new(mistake: Mistake) -> Self {
        Self { mistake, scratch: vec![0; 16 * 1024], kept: Vec::new() }
    }

    fn start<'run>(&self, run: &'run Run, index: usize, call: &'run Call) -> Result<Flight<'run>, Failure> {
        let exchange = Exchange::new(run, index, call)?;
        let deadline = call.deadline(Instant::now());
        let socket = match self.mistake {
            Mistake::BlockingConnect => TcpStream::connect(call.address)?,
            _ => begin_to_connect(call)?,
        };
        socket.set_nonblocking(self.mistake != Mistake::BlockingRead)?;
        Ok(Flight { exchange, socket, deadline })
    }

    /// Waits until a socket is ready, the earliest deadline passes, or the run is cancelled; which flights are ready.
    fn wait(&self, run: &Run, flights: &[Flight<'_>]) -> io::Result<Vec<bool>> {
        let mut sockets: Vec<_> = flights.iter().map(|flight| self.interest(flight)).collect();
        if self.mistake != Mistake::DeafToCancel {
            sockets.extend(run.cancel.socket().map(|socket| PollFd::new(socket, PollFlags::IN)));
        }
        let earliest = flights.iter().map(|flight| flight.deadline).min();
        let limit = match self.mistake {
            Mistake::NoDeadline => None,
            Mistake::BusyLoop => Some(Duration::ZERO),
            _ => earliest.map(|deadline| deadline.saturating_duration_since(Instant::now())),
        };
        let limit = limit
            .map(|limit| Timespec { tv_sec: limit.as_secs() as i64, tv_nsec: limit.subsec_nanos().into() });
        match poll(&mut sockets, limit.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(sockets.iter().take(flights.len()).map(|socket| !socket.revents().is_empty()).collect())
    }

    fn interest<'flight>(&self, flight: &'flight Flight<'_>) -> PollFd<'flight> {
        let events = match (flight.exchange.is_sent(), self.mistake) {
            (false, _) => PollFlags::OUT,
            (true, Mistake::SpinOnWritable) => PollFlags::IN | PollFlags::OUT,
            (true, _) => PollFlags::IN,
        };
        PollFd::new(&flight.socket, events)
    }

    /// Goes on until the call would block or is over.
    fn advance(&mut self, flight: &mut Flight<'_>) -> Option<Outcome> {
        match self.exchange(flight) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => Some(Err(error.into())),
            Ok(outcome) => Some(outcome),
        }
    }

    fn exchange(&mut self, flight: &mut Flight<'_>) -> io::Result<Outcome> {
        let Flight { exchange, socket, deadline } = flight;
        while !exchange.is_sent() {
            let sent = socket.write(exchange.unsent(&mut self.scratch));
            let is_refused = sent.as_ref().is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused);
            if is_refused && self.mistake == Mistake::PanicOnConnect {
                sent.as_ref().unwrap();
            }
            exchange.sent(sent?);
        }
        loop {
            let outcome = match socket.read(&mut self.scratch)? {
                0 => Some(exchange.closed()),
                length => exchange.received(&self.scratch[..length]),
            };
            match (self.mistake, outcome) {
                (_, Some(outcome)) => return Ok(outcome),
                (Mistake::EventIsAnswer, None) => return Ok(exchange.closed()),
                (Mistake::DeadlineForEachRead, None) => *deadline = exchange.call().deadline(Instant::now()),
                (_, None) => {}
            }
        }
    }

    /// How many have ended is what a student who keeps the wrong order takes for the index of the next one.
    fn end(&mut self, fan_out: &mut FanOut<'_>, over: &mut usize, flight: Flight<'_>, outcome: Outcome) {
        let index = if self.mistake == Mistake::OrderOfEnd { *over } else { flight.exchange.index() };
        *over += 1;
        if self.mistake == Mistake::LeakedSockets {
            self.kept.push(flight.socket);
        }
        match self.mistake {
            Mistake::WorkForgotten => fan_out.ended_after_work(index, outcome),
            _ => fan_out.ended(index, outcome),
        }
    }

    fn run(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let (mut fan_out, mut flights, mut over) = (FanOut::new(run, calls), Vec::new(), 0);
        loop {
            // Admit.
            if fan_out.is_cancelled() {
                flights.clear();
                fan_out.cancel();
            }
            while let Some((index, call)) = fan_out.admit() {
                match self.start(run, index, call) {
                    Ok(flight) => flights.push(flight),
                    Err(failure) => {
                        let index = if self.mistake == Mistake::OrderOfEnd { over } else { index };
                        over += 1;
                        fan_out.ended(index, Err(failure));
                    }
                }
            }
            if fan_out.is_over() {
                return Ok(fan_out.into_outcomes());
            }
            // Wait.
            let ready = self.wait(run, &flights)?;
            // Advance, and expire.
            let now = Instant::now();
            for (mut flight, is_ready) in std::mem::take(&mut flights).into_iter().zip(ready) {
                let is_late = flight.deadline <= now && self.mistake != Mistake::NoDeadline;
                let is_ready = is_ready && !(is_late && self.mistake == Mistake::DeadlineBeforeAnswer);
                let outcome = if is_ready { self.advance(&mut flight) } else { None };
                match outcome {
                    Some(outcome) => self.end(&mut fan_out, &mut over, flight, outcome),
                    None if is_late => self.end(&mut fan_out, &mut over, flight, Err(Failure::TimedOut)),
                    None => flights.push(flight),
                }
            }
        }
    }

    fn middle(&mut self, run: &Run, [b, c, d]: [Call; 3]) -> io::Result<Vec<Outcome>> {
        match self.mistake {
            Mistake::DiamondGoesOn => self.fan_out(&run.part(1), &[b, c, d]),
            Mistake::DiamondInSequence => {
                let mut outcomes = Vec::new();
                for (index, call) in [b, c, d].into_iter().enumerate() {
                    outcomes.extend(self.fan_out(&run.step(1 + index), &[call])?);
                    if outcomes.iter().any(Result::is_err) {
                        break;
                    }
                }
                Ok(outcomes)
            }
            _ => self.fan_out(&run.step(1), &[b, c, d]),
        }
    }
}

impl Model for Polling {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        match self.mistake {
            Mistake::LimitIgnored => {
                self.run(&Run { in_flight: std::num::NonZeroUsize::MAX, ..run.clone() }, calls)
            }
            _ => self.run(run, calls),
        }
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let a = self.fan_out(&run.step(0), &[plan.a()])?.remove(0);
        let b_c_d = match a.and_then(|a| plan.b_c_d(&a)) {
            Ok(calls) => self.middle(run, calls)?,
            Err(failure) => return Ok(Err(failure)),
        };
        let e = match Diamond::together(b_c_d).and_then(|replies| plan.e(&replies)) {
            Ok(call) => self.fan_out(&run.step(4), &[call])?.remove(0),
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(e.and_then(|e| plan.end(e)))
    }
}

/// A socket that does not block, on its way to the downstream.
fn begin_to_connect(call: &Call) -> Result<TcpStream, Failure> {
    let family = if call.address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(family, SocketType::STREAM, flags, None).map_err(io::Error::from)?;
    match connect(&socket, &call.address) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket.into()),
        Err(error) => Err(io::Error::from(error).into()),
    }
}
