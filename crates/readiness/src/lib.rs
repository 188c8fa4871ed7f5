//! Sockets, readiness and deadlines: what `epoll-state-machine` does, as portable types that other models use.
//!
//! *How it waits*: in [`Poller::wait`], through mio, which uses epoll, kqueue or IOCP.
//!
//! *What to notice*: readiness is reported at its *edge*: once, when a socket becomes ready, not for as long as it
//! is. So try a socket until it would block, and only then watch it and wait; a wait without that attempt may last for
//! ever. A [`Key`] carries the version of its slot, so a late event for a closed socket does not reach the socket that
//! has the slot now.
//!
//! *What is deliberately missing*: code that handles an event. The models use callbacks, generators, coroutines and
//! futures for that.

#[cfg(feature = "chaos")]
mod chaos;
mod deadlines;
mod poller;
mod socket;

pub use deadlines::Deadlines;
pub use poller::Waker;
pub use slotmap::DefaultKey as Key;
pub use socket::Interest;

// With the feature `chaos`, two wrappers of the same interface take the place of the types that wait.
#[cfg(feature = "chaos")]
pub use chaos::{Poller, Socket};
#[cfg(not(feature = "chaos"))]
pub use {poller::Poller, socket::Socket};
