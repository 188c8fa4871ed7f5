//! One call after the other, each blocking.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Exchange, FanOut, Model, Outcome, Run};

use super::Mistake;

pub(crate) struct Blocking {
    mistake: Mistake,
    scratch: Vec<u8>,
    kept: Vec<TcpStream>,
}

impl Blocking {
    pub(crate) fn new(mistake: Mistake) -> Self {
        Self { mistake, scratch: vec![0; 16 * 1024], kept: Vec::new() }
    }

    fn call(&mut self, run: &Run, index: usize, call: &Call) -> Outcome {
        let mut exchange = Exchange::new(run, index, call)?;
        let deadline = call.deadline(Instant::now());
        let mut socket = match self.mistake {
            Mistake::BlockingConnect | Mistake::NoDeadline => TcpStream::connect(call.address)?,
            Mistake::PanicOnConnect => TcpStream::connect_timeout(&call.address, left(deadline)?).unwrap(),
            _ => TcpStream::connect_timeout(&call.address, left(deadline)?)?,
        };
        let outcome = self.exchange(&mut exchange, &mut socket, deadline);
        if self.mistake == Mistake::LeakedSockets {
            self.kept.push(socket);
        }
        outcome
    }

    fn exchange(
        &mut self,
        exchange: &mut Exchange<'_>,
        socket: &mut TcpStream,
        mut deadline: Instant,
    ) -> Outcome {
        loop {
            self.limit(socket, deadline)?;
            let unsent = exchange.unsent(&mut self.scratch);
            if unsent.is_empty() {
                break;
            }
            let sent = socket.write(unsent)?;
            exchange.sent(sent);
        }
        loop {
            self.limit(socket, deadline)?;
            let outcome = match socket.read(&mut self.scratch)? {
                0 => Some(exchange.closed()),
                length => exchange.received(&self.scratch[..length]),
            };
            match (self.mistake, outcome) {
                (_, Some(outcome)) => return outcome,
                (Mistake::EventIsAnswer, None) => return exchange.closed(),
                (Mistake::DeadlineForEachRead, None) => deadline = exchange.call().deadline(Instant::now()),
                (_, None) => {}
            }
        }
    }

    fn limit(&self, socket: &TcpStream, deadline: Instant) -> io::Result<()> {
        if self.mistake == Mistake::NoDeadline {
            return Ok(());
        }
        let left = Some(left(deadline)?);
        socket.set_read_timeout(left)?;
        socket.set_write_timeout(left)
    }

    fn step(&mut self, run: &Run, call: Call) -> Outcome {
        self.fan_out(run, &[call])?.remove(0)
    }
}

impl Model for Blocking {
    fn fan_out(&mut self, run: &Run, calls: &[Call]) -> io::Result<Vec<Outcome>> {
        let mut fan_out = FanOut::new(run, calls);
        while let Some((index, call)) = fan_out.admit() {
            let outcome = self.call(run, index, call);
            match self.mistake {
                Mistake::WorkForgotten => fan_out.ended_after_work(index, outcome),
                _ => fan_out.ended(index, outcome),
            }
        }
        Ok(fan_out.into_outcomes())
    }

    fn diamond(&mut self, run: &Run, plan: &Diamond) -> io::Result<Outcome> {
        let mut steps = || {
            let a = self.step(&run.step(0), plan.a())?;
            let [b, c, d] = plan.b_c_d(&a)?;
            let b = self.step(&run.step(1), b)?;
            let c = self.step(&run.step(2), c)?;
            let d = self.step(&run.step(3), d)?;
            plan.end(self.step(&run.step(4), plan.e(&[b, c, d])?)?)
        };
        Ok(steps())
    }
}

/// The time left. A socket takes no timeout of zero.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}
