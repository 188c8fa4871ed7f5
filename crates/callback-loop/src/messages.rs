//! Messages of any kind from any thread, one queue, a handler for each kind.

use std::any::{Any, TypeId};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crossbeam_channel as queue;
use readiness::Waker;

use crate::EventLoop;

/// A message of any kind.
pub type Message = Box<dyn Any + Send>;

pub(crate) type MessageHandler<'h> = Box<dyn FnMut(&mut EventLoop<'h>, Message) + 'h>;

/// Sends messages to a loop, from any thread (asyncio: `loop.call_soon_threadsafe`; but here data crosses the threads,
/// not code). While a sender exists, the loop has something to wait for.
pub struct Sender {
    queue: queue::Sender<Message>,
    bell: Arc<Bell>,
}

/// What wakes the loop when the queue is no longer empty.
struct Bell {
    waker: Waker,
    /// True from a wake-up until the loop looks into the queue: many messages cost one wake-up.
    rung: AtomicBool,
    senders: AtomicUsize,
}

/// The loop's end of the queue.
pub(crate) struct Mailbox {
    queue: queue::Receiver<Message>,
    sender: queue::Sender<Message>,
    bell: Arc<Bell>,
}

impl<'h> EventLoop<'h> {
    /// A sender to this loop; clone it where several are needed.
    ///
    /// # Errors
    /// No descriptor was left.
    pub fn sender(&mut self) -> io::Result<Sender> {
        if self.mailbox.is_none() {
            let (sender, queue) = queue::unbounded();
            let bell = Bell { waker: self.poller.waker()?, rung: false.into(), senders: 0.into() };
            self.mailbox = Some(Mailbox { queue, sender, bell: bell.into() });
        }
        let mailbox = self.mailbox.as_ref().expect("it was made above");
        Ok(Sender::new(mailbox.sender.clone(), Arc::clone(&mailbox.bell)))
    }

    /// Calls `handler` for each message of the type `M`, in the order in which they were sent. It replaces an earlier
    /// handler for that type.
    pub fn on_message<M: Any + Send>(&mut self, mut handler: impl FnMut(&mut Self, M) + 'h) {
        let handler = move |event_loop: &mut Self, message: Message| {
            if let Ok(message) = message.downcast::<M>() {
                handler(event_loop, *message);
            }
        };
        self.message_handlers.insert(TypeId::of::<M>(), Some(Box::new(handler)));
    }

    /// Calls `handler` for messages whose type has no handler. Without it they are dropped.
    pub fn on_other_message(&mut self, handler: impl FnMut(&mut Self, Message) + 'h) {
        self.message_handlers.insert(TypeId::of::<Other>(), Some(Box::new(handler)));
    }

    /// Drops the handler for messages of the type `M`; true if there was one.
    pub fn remove_message_handler<M: Any + Send>(&mut self) -> bool {
        self.message_handlers.remove(&TypeId::of::<M>()).is_some()
    }

    /// Deliver: the messages that are in the queue now. Those that arrive meanwhile wake the loop again.
    pub(crate) fn deliver(&mut self) {
        let Some(mailbox) = &self.mailbox else { return };
        mailbox.bell.rung.swap(false, Ordering::AcqRel);
        for _ in 0..mailbox.queue.len() {
            if let Some(Ok(message)) = self.mailbox.as_ref().map(|mailbox| mailbox.queue.try_recv()) {
                self.dispatch(message);
            }
        }
    }

    /// A handler is taken out while it runs, and put back unless it was removed or replaced meanwhile.
    fn dispatch(&mut self, message: Message) {
        for kind in [(*message).type_id(), TypeId::of::<Other>()] {
            if let Some(mut handler) = self.message_handlers.get_mut(&kind).and_then(Option::take) {
                handler(self, message);
                if let Some(place @ None) = self.message_handlers.get_mut(&kind) {
                    *place = Some(handler);
                }
                return;
            }
        }
    }

    pub(crate) fn has_mail(&self) -> bool {
        self.mailbox.as_ref().is_some_and(|mailbox| !mailbox.queue.is_empty())
    }

    pub(crate) fn has_senders(&self) -> bool {
        self.mailbox.as_ref().is_some_and(|mailbox| mailbox.bell.senders.load(Ordering::Acquire) > 0)
    }
}

/// Stands for all types without a handler. It is private, so it is not the type of any message.
struct Other;

impl Sender {
    /// Sends a message to the handler for its type.
    ///
    /// # Errors
    /// `BrokenPipe`: the loop is gone, and the message is dropped.
    pub fn send(&self, message: impl Any + Send) -> io::Result<()> {
        let gone = |_| {
            io::Error::new(io::ErrorKind::BrokenPipe, "the event loop is gone: no handler gets this message")
        };
        self.queue.send(Box::new(message)).map_err(gone)?;
        self.bell.ring()
    }

    fn new(queue: queue::Sender<Message>, bell: Arc<Bell>) -> Self {
        bell.senders.fetch_add(1, Ordering::Relaxed);
        Self { queue, bell }
    }
}

impl Clone for Sender {
    fn clone(&self) -> Self {
        Self::new(self.queue.clone(), Arc::clone(&self.bell))
    }
}

impl Drop for Sender {
    /// Wakes the loop if this was the last sender, because the loop may have waited for it alone.
    fn drop(&mut self) {
        if self.bell.senders.fetch_sub(1, Ordering::Release) == 1 {
            // It can fail only when the loop is gone.
            let _ = self.bell.ring();
        }
    }
}

impl Bell {
    /// The swap orders a message before the loop's look into the queue: either this wakes the loop, or an earlier ring
    /// has done so, and the loop looks into the queue after it has cleared that ring.
    fn ring(&self) -> io::Result<()> {
        if self.rung.swap(true, Ordering::AcqRel) { Ok(()) } else { self.waker.wake() }
    }
}
