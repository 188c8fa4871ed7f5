//! The call, cut into callbacks: connected, sent, readable, received.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Instant;

use downstream_call::{Call, Exchange, Failure, Outcome, Run};
use readiness::{Key, Socket};
use slotmap::SlotMap;

use crate::{EventLoop, Handle, SourceId};

/// The calls of a run: those in flight, and those that wait for room. Every call calls back once.
pub(crate) struct Calls<'h> {
    run: &'h Run,
    scratch: &'h RefCell<Box<[u8]>>,
    waiting: RefCell<VecDeque<Waiting<'h>>>,
    flights: RefCell<SlotMap<Key, Flight<'h>>>,
    admitting: Cell<bool>,
}

/// What a call does in the end. It gets the calls as well: one that owned them, in them, would keep itself alive.
type OnOutcome<'h> = Box<dyn FnOnce(&mut EventLoop<'h>, &Rc<Calls<'h>>, Outcome) + 'h>;

/// A call that has not started.
struct Waiting<'h> {
    index: usize,
    call: &'h Call,
    on_outcome: OnOutcome<'h>,
}

/// A call between two of its callbacks. It belongs to none of them: the deadline's may come first.
struct Flight<'h> {
    exchange: Exchange<'h>,
    socket: SourceId,
    deadline: Handle,
    on_outcome: OnOutcome<'h>,
}

impl<'h> Calls<'h> {
    pub(crate) fn new(run: &'h Run, scratch: &'h RefCell<Box<[u8]>>) -> Rc<Self> {
        let (waiting, flights) = Default::default();
        Rc::new(Self { run, scratch, waiting, flights, admitting: Cell::new(false) })
    }

    /// Makes a call, as soon as there is room, and calls back with its outcome.
    pub(crate) fn call(
        self: &Rc<Self>,
        event_loop: &mut EventLoop<'h>,
        index: usize,
        call: &'h Call,
        on_outcome: impl FnOnce(&mut EventLoop<'h>, &Rc<Self>, Outcome) + 'h,
    ) {
        let on_outcome = Box::new(on_outcome);
        self.waiting.borrow_mut().push_back(Waiting { index, call, on_outcome });
        self.admit(event_loop);
    }

    /// Starts no other call, and ends those in flight, now.
    pub(crate) fn cancel_all(self: &Rc<Self>, event_loop: &mut EventLoop<'h>) {
        for waiting in self.waiting.take() {
            (waiting.on_outcome)(event_loop, self, Err(Failure::Cancelled));
        }
        let keys: Vec<Key> = self.flights.borrow().keys().collect();
        for key in keys {
            self.failed(event_loop, key, Failure::Cancelled);
        }
    }

    /// Starts calls while there is room. A call may be over before `start` returns; then there is room again, which
    /// this loop finds by itself: without the flag, each such call would start the next one on top of it.
    fn admit(self: &Rc<Self>, event_loop: &mut EventLoop<'h>) {
        if self.admitting.replace(true) {
            return;
        }
        while let Some(waiting) = self.next() {
            self.start(event_loop, waiting);
        }
        self.admitting.set(false);
    }

    fn next(&self) -> Option<Waiting<'h>> {
        let room = self.flights.borrow().len() < self.run.in_flight.get();
        if room && !self.run.cancel.is_cancelled() { self.waiting.borrow_mut().pop_front() } else { None }
    }

    fn start(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, waiting: Waiting<'h>) {
        let Waiting { index, call, on_outcome } = waiting;
        let mut exchange = match Exchange::new(self.run, index, call) {
            Ok(exchange) => exchange,
            Err(failure) => return on_outcome(event_loop, self, Err(failure)),
        };
        let deadline = call.deadline(Instant::now());
        let socket = match Socket::connect(call.address) {
            Ok(socket) => event_loop.add_socket(socket),
            Err(error) => return on_outcome(event_loop, self, exchange.failed(error)),
        };
        let key = self.flights.borrow_mut().insert_with_key(|key| {
            let calls = Rc::clone(self);
            let on_deadline = move |event_loop: &mut _| calls.failed(event_loop, key, Failure::TimedOut);
            let deadline = event_loop.call_at(deadline, on_deadline);
            Flight { exchange, socket, deadline, on_outcome }
        });
        self.on_connected(event_loop, key);
    }

    /// Connected, as far as anybody knows: the first `send` tells.
    fn on_connected(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key) {
        match self.send(event_loop, key) {
            Ok(()) => self.on_sent(event_loop, key),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let calls = Rc::clone(self);
                let again = move |event_loop: &mut _| calls.on_connected(event_loop, key);
                let waits = event_loop.when_writable(self.socket(key), again);
                self.check(event_loop, key, waits);
            }
            Err(error) => self.failed(event_loop, key, error),
        }
    }

    /// No answer is that fast, so this waits without having tried. It is no risk: what is readable when its watching
    /// begins is reported.
    fn on_sent(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key) {
        let calls = Rc::clone(self);
        let on_readable = move |event_loop: &mut _| calls.on_readable(event_loop, key);
        let waits = event_loop.when_readable(self.socket(key), on_readable);
        self.check(event_loop, key, waits);
    }

    /// Receives one piece. Where more may follow, others have their turn first: a flood drowns nobody's deadline.
    fn on_readable(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key) {
        match self.receive(event_loop, key) {
            Ok(Some(outcome)) => self.on_received(event_loop, key, outcome),
            Ok(None) => {
                let calls = Rc::clone(self);
                event_loop.call_soon(move |event_loop| calls.on_readable(event_loop, key));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.on_sent(event_loop, key),
            Err(error) => self.failed(event_loop, key, error),
        }
    }

    fn on_received(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key, outcome: Outcome) {
        let flight = self.flights.borrow_mut().remove(key);
        if let Some(flight) = flight {
            self.ended(event_loop, flight, outcome);
        }
    }

    /// A call that is over already does not fail.
    fn failed(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key, failure: impl Into<Failure>) {
        let flight = self.flights.borrow_mut().remove(key);
        if let Some(mut flight) = flight {
            let outcome = flight.exchange.failed(failure);
            self.ended(event_loop, flight, outcome);
        }
    }

    /// Whichever callback comes first ends the call, and has to think of all the others.
    fn ended(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, flight: Flight<'h>, outcome: Outcome) {
        event_loop.cancel(flight.deadline);
        event_loop.remove(flight.socket);
        (flight.on_outcome)(event_loop, self, self.run.work.on(outcome));
        self.admit(event_loop);
    }

    /// A wait that could not begin ends its call: above a callback there is nobody to return the error to.
    fn check(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key, waits: io::Result<Handle>) {
        if let Err(error) = waits {
            self.failed(event_loop, key, error);
        }
    }

    fn send(&self, event_loop: &mut EventLoop<'h>, key: Key) -> io::Result<()> {
        let mut flights = self.flights.borrow_mut();
        let Flight { exchange, socket, .. } = flights.get_mut(key).ok_or(io::ErrorKind::NotConnected)?;
        let socket = event_loop.socket(*socket)?;
        while !exchange.is_sent() {
            let sent = socket.send(exchange.unsent(&mut self.scratch.borrow_mut()))?;
            exchange.sent(sent);
        }
        Ok(())
    }

    fn receive(&self, event_loop: &mut EventLoop<'h>, key: Key) -> io::Result<Option<Outcome>> {
        let mut flights = self.flights.borrow_mut();
        let Flight { exchange, socket, .. } = flights.get_mut(key).ok_or(io::ErrorKind::NotConnected)?;
        let mut scratch = self.scratch.borrow_mut();
        let length = event_loop.socket(*socket)?.receive(&mut scratch)?;
        Ok(if length == 0 { Some(exchange.closed()) } else { exchange.received(&scratch[..length]) })
    }

    fn socket(&self, key: Key) -> SourceId {
        self.flights.borrow()[key].socket
    }
}
