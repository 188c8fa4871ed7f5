//! Sockets, and callbacks that wait until one is ready.

use std::io;

use readiness::{Interest, Key, Socket};

use crate::event_loop::Callback;
use crate::{EventLoop, Handle};

/// A source of events in a loop: a socket, or standard input. asyncio uses file descriptors for this. Unlike a
/// descriptor, an id is never used twice, so it cannot reach another socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceId(pub(crate) Key);

/// What a loop watches, and the callbacks that wait for it.
#[derive(Default)]
pub(crate) struct Source {
    /// `None` for standard input, which the process owns.
    socket: Option<Socket>,
    reader: Option<Key>,
    writer: Option<Key>,
}

impl<'h> EventLoop<'h> {
    /// Gives a socket to the loop, which closes it when it is removed or the loop is dropped.
    pub fn add_socket(&mut self, socket: Socket) -> SourceId {
        SourceId(self.sources.insert(Source { socket: Some(socket), ..Source::default() }))
    }

    /// A socket of the loop, to send and receive.
    ///
    /// # Errors
    /// `NotConnected`: it was removed.
    pub fn socket(&mut self, id: SourceId) -> io::Result<&mut Socket> {
        let socket = self.sources.get_mut(id.0).and_then(|source| source.socket.as_mut());
        socket.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }

    /// Calls `callback` once, when there is something to receive or the stream has ended. It replaces an earlier
    /// callback for that (asyncio: `loop.add_reader`, whose callback stays).
    ///
    /// Try first: a socket is reported when it *becomes* ready, so wait only for one that would block. A callback may
    /// be called although the socket would still block: wait again then.
    ///
    /// # Errors
    /// `NotConnected`: the socket was removed. The system has no memory left for it.
    pub fn when_readable(
        &mut self,
        id: SourceId,
        callback: impl FnOnce(&mut Self) + 'h,
    ) -> io::Result<Handle> {
        self.wait_for(id, Box::new(callback), |source| &mut source.reader)
    }

    /// Calls `callback` once, when there is room to send, or connecting has succeeded or failed; otherwise as
    /// [`when_readable`](Self::when_readable) (asyncio: `loop.add_writer`).
    ///
    /// # Errors
    /// As `when_readable`.
    pub fn when_writable(
        &mut self,
        id: SourceId,
        callback: impl FnOnce(&mut Self) + 'h,
    ) -> io::Result<Handle> {
        self.wait_for(id, Box::new(callback), |source| &mut source.writer)
    }

    /// Drops a source and the callbacks that wait for it, and closes a socket; true if it was there (asyncio:
    /// `loop.remove_reader`, `loop.remove_writer` and `socket.close`).
    pub fn remove(&mut self, id: SourceId) -> bool {
        let Some(source) = self.sources.remove(id.0) else { return false };
        for key in source.waiting() {
            self.callbacks.remove(key);
        }
        if source.socket.is_none() {
            self.forget_stdin();
        }
        true
    }

    /// Makes a callback the source's reader or writer, and tells the poller what to watch for.
    fn wait_for(&mut self, id: SourceId, callback: Callback<'h>, waiter: WaiterOf) -> io::Result<Handle> {
        let handle = self.add_callback(callback);
        let watched = self.replace_waiter(id, handle, waiter).and_then(|interest| {
            let source = self.sources.get_mut(id.0).and_then(|source| source.socket.as_mut());
            source.map_or(Ok(()), |socket| self.poller.watch(socket, id.0, interest))
        });
        if watched.is_err() {
            self.cancel(handle);
        }
        watched.map(|()| handle)
    }

    /// Makes a callback the source's reader or writer, and returns what the source now waits for.
    fn replace_waiter(&mut self, id: SourceId, handle: Handle, waiter: WaiterOf) -> io::Result<Interest> {
        let source = self.sources.get_mut(id.0).ok_or(io::ErrorKind::NotConnected)?;
        if let Some(earlier) = waiter(source).replace(handle.key()) {
            self.callbacks.remove(earlier);
        }
        let waits = |key: Option<Key>| key.is_some_and(|key| self.callbacks.contains_key(key));
        Ok(match (waits(source.reader), waits(source.writer)) {
            (true, true) => Interest::Either,
            (false, true) => Interest::Writable,
            (_, false) => Interest::Readable,
        })
    }
}

/// The reader of a source, or its writer.
type WaiterOf = fn(&mut Source) -> &mut Option<Key>;

impl Source {
    /// The callbacks that wait for this source. The key of one that has run finds nothing.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = Key> + use<> {
        [self.reader, self.writer].into_iter().flatten()
    }
}
