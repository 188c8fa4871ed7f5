//! What the epoll page taught, packed and portable: sockets, readiness, deadlines.
//!
//! *How it waits*: in [`Poller::wait`], by whatever the system has: epoll, kqueue or IOCP, through mio.
//!
//! *What to notice*: readiness is reported at its *edge*: once, when a socket becomes ready, not for as long as it
//! is. So a socket is tried until it would block, and only then watched; whoever waits without having tried may wait
//! for ever. A [`Key`] carries its slot's version, so that an event that comes late finds nobody, rather than the
//! slot's next tenant.
//!
//! *What is deliberately missing*: what to do with an event. Callbacks, generators, coroutines and futures are the
//! models' own answers to that.

#[cfg(feature = "chaos")]
mod chaos;
mod deadlines;
mod poller;
mod socket;

pub use deadlines::Deadlines;
pub use poller::{Poller, Waker};
pub use slotmap::DefaultKey as Key;
pub use socket::{Interest, Socket};
