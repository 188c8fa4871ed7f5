//! The call, cut into callbacks: connected, sent, readable, received.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::time::Instant;

use downstream_call::{Call, Exchange, Failure, FanOut, Outcome, Run};
use readiness::{Key, Socket};
use slotmap::SlotMap;

use crate::{EventLoop, Handle, SourceId};

/// Makes calls on an event loop: those in flight, and the buffer that all of them receive into.
pub(crate) struct Client<'h> {
    flights: RefCell<SlotMap<Key, Flight<'h>>>,
    scratch: &'h RefCell<Box<[u8]>>,
}

/// A run, and the callback that gets its outcomes.
struct Running<'h> {
    run: &'h Run,
    fan_out: RefCell<FanOut<'h>>,
    admitting: Cell<bool>,
    on_over: Cell<Option<OnOver<'h>>>,
}

/// Called with the outcomes. It gets the client as an argument: if it owned the client, the two would own each other
/// and never be freed.
type OnOver<'h> = Box<dyn FnOnce(&mut EventLoop<'h>, &Rc<Client<'h>>, Vec<Outcome>) + 'h>;

/// A call between two of its callbacks. No callback owns it, because the deadline's callback may run first.
struct Flight<'h> {
    exchange: Exchange<'h>,
    socket: SourceId,
    deadline: Handle,
    running: Rc<Running<'h>>,
}

impl<'h> Client<'h> {
    pub(crate) fn new(scratch: &'h RefCell<Box<[u8]>>) -> Rc<Self> {
        Rc::new(Self { flights: RefCell::default(), scratch })
    }

    /// Makes every call, then calls `on_over` once with the outcomes.
    pub(crate) fn fan_out(
        self: &Rc<Self>,
        event_loop: &mut EventLoop<'h>,
        run: &'h Run,
        calls: &'h [Call],
        on_over: impl FnOnce(&mut EventLoop<'h>, &Rc<Self>, Vec<Outcome>) + 'h,
    ) {
        let fan_out = RefCell::new(FanOut::new(run, calls));
        let on_over: OnOver<'h> = Box::new(on_over);
        let on_over = Cell::new(Some(on_over));
        self.admit(event_loop, &Rc::new(Running { run, fan_out, admitting: Cell::new(false), on_over }));
    }

    /// Ends every call in flight at once.
    pub(crate) fn cancel_all(self: &Rc<Self>, event_loop: &mut EventLoop<'h>) {
        let keys: Vec<Key> = self.flights.borrow().keys().collect();
        for key in keys {
            self.failed(event_loop, key, Failure::Cancelled);
        }
    }

    /// Starts calls while there is room, or ends those in flight if the run is cancelled. A call may end before `start`
    /// returns, and then this function is called again; the flag keeps such calls from nesting.
    fn admit(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, running: &Rc<Running<'h>>) {
        if running.admitting.replace(true) {
            return;
        }
        while let Some((index, call)) = running.admit() {
            self.start(event_loop, running, index, call);
        }
        if running.fan_out.borrow().is_cancelled() {
            self.cancel_all(event_loop);
        }
        running.admitting.set(false);
        if let Some((on_over, outcomes)) = running.take_if_over() {
            on_over(event_loop, self, outcomes);
        }
    }

    fn start(
        self: &Rc<Self>,
        event_loop: &mut EventLoop<'h>,
        running: &Rc<Running<'h>>,
        index: usize,
        call: &'h Call,
    ) {
        let exchange = match Exchange::new(running.run, index, call) {
            Ok(exchange) => exchange,
            Err(failure) => return running.ended(index, Err(failure)),
        };
        let deadline = call.deadline(Instant::now());
        let socket = match Socket::connect(call.address) {
            Ok(socket) => event_loop.add_socket(socket),
            Err(error) => return running.ended(index, Err(error.into())),
        };
        let key = self.flights.borrow_mut().insert_with_key(|key| {
            let client = Rc::clone(self);
            let on_deadline = move |event_loop: &mut _| client.on_deadline(event_loop, key);
            let deadline = event_loop.call_at(deadline, on_deadline);
            Flight { exchange, socket, deadline, running: Rc::clone(running) }
        });
        self.on_connected(event_loop, key);
    }

    /// The socket may still be connecting: the first `send` reports the result.
    fn on_connected(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key) {
        match self.send(event_loop, key) {
            Ok(()) => self.on_sent(event_loop, key),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let client = Rc::clone(self);
                let again = move |event_loop: &mut _| client.on_connected(event_loop, key);
                let waits = event_loop.when_writable(self.socket(key), again);
                self.check(event_loop, key, waits);
            }
            Err(error) => self.failed(event_loop, key, error),
        }
    }

    /// The answer cannot have arrived yet, so this waits without trying first. That is safe: a socket that is readable
    /// when the poller begins to watch it is reported.
    fn on_sent(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key) {
        let client = Rc::clone(self);
        let on_readable = move |event_loop: &mut _| client.on_readable(event_loop, key);
        let waits = event_loop.when_readable(self.socket(key), on_readable);
        self.check(event_loop, key, waits);
    }

    /// Receives one piece. If more may follow, it continues in the next turn, so that a large answer does not delay the
    /// deadlines of other calls.
    fn on_readable(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key) {
        match self.receive(event_loop, key) {
            Ok(Some(outcome)) => self.on_received(event_loop, key, outcome),
            Ok(None) => {
                let client = Rc::clone(self);
                event_loop.call_soon(move |event_loop| client.on_readable(event_loop, key));
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

    /// An answer that has arrived counts: the call receives it, and only then ends as late.
    fn on_deadline(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key) {
        let outcome = loop {
            match self.receive(event_loop, key) {
                Ok(Some(outcome)) => break outcome,
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break Err(Failure::TimedOut),
                Err(error) => break Err(error.into()),
            }
        };
        self.on_received(event_loop, key, outcome);
    }

    /// Ends a call with a failure, unless it is over already.
    fn failed(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, key: Key, failure: impl Into<Failure>) {
        let flight = self.flights.borrow_mut().remove(key);
        if let Some(flight) = flight {
            self.ended(event_loop, flight, Err(failure.into()));
        }
    }

    /// Ends a call: removes its socket and all callbacks that could still run for it.
    fn ended(self: &Rc<Self>, event_loop: &mut EventLoop<'h>, flight: Flight<'h>, outcome: Outcome) {
        let Flight { exchange, socket, deadline, running } = flight;
        event_loop.cancel(deadline);
        event_loop.remove(socket);
        let index = exchange.index();
        drop(exchange);
        running.ended(index, outcome);
        self.admit(event_loop, &running);
    }

    /// Ends a call whose wait could not begin: a callback has no caller that could handle the error.
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

impl<'h> Running<'h> {
    fn admit(&self) -> Option<(usize, &'h Call)> {
        self.fan_out.borrow_mut().admit()
    }

    fn ended(&self, index: usize, outcome: Outcome) {
        self.fan_out.borrow_mut().ended(index, outcome);
    }

    fn take_if_over(&self) -> Option<(OnOver<'h>, Vec<Outcome>)> {
        if !self.fan_out.borrow().is_over() {
            return None;
        }
        let fan_out = self.fan_out.replace(FanOut::new(self.run, &[]));
        Some((self.on_over.take()?, fan_out.into_outcomes()))
    }
}
