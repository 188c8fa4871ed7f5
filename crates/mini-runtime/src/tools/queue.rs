//! Items from task to task: `Queue`, `LifoQueue`, `PriorityQueue`.
//!
//! *What to notice*: a queue is two semaphores. One counts the items, the other the room: `put` acquires room and
//! releases an item, and `get` does the opposite. So the semaphores give order, backpressure and cancellation.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::event::Event;
use super::semaphore::Semaphore;

/// First in, first out. (asyncio: `Queue`.)
///
/// ```
/// # mini_runtime::Runtime::new()?.block_on(async {
/// let queue = mini_runtime::Queue::new(1);
/// let send = async { for number in 0..3 { queue.put(number).await } };
/// let receive = async { for number in 0..3 { assert_eq!(queue.get().await, number) } };
/// mini_runtime::both(send, receive).await;
/// # })?; std::io::Result::Ok(())
/// ```
pub type Queue<T> = Buffer<VecDeque<T>>;
/// Last in, first out. (asyncio: `LifoQueue`.)
pub type LifoQueue<T> = Buffer<Vec<T>>;
/// The smallest first. (asyncio: `PriorityQueue`.)
pub type PriorityQueue<T> = Buffer<BinaryHeap<Reverse<T>>>;

/// A queue. Its store decides the order.
#[derive(Debug)]
pub struct Buffer<S> {
    store: RefCell<S>,
    items: Semaphore,
    room: Semaphore,
    unfinished: Cell<usize>,
    all_done: Event,
}

/// The collection that holds a queue's items. It decides which item comes next.
pub trait Store: Default {
    /// The type of the items.
    type Item;
    /// Adds an item.
    fn push(&mut self, item: Self::Item);
    /// Takes the next item.
    fn pop(&mut self) -> Option<Self::Item>;
}

impl<S: Store> Buffer<S> {
    /// A queue of at most `most` items; `put` waits when it is full. (asyncio: `maxsize`.)
    ///
    /// # Panics
    /// If `most` is 0: no item could ever be put. (In asyncio, 0 means any number: `unbounded`.)
    #[must_use]
    pub fn new(most: usize) -> Self {
        assert!(most > 0, "a queue needs room for one item: give it some, or make it unbounded");
        let all_done = Event::new();
        all_done.set();
        let (items, room) = (Semaphore::new(0), Semaphore::new(most));
        Self { store: RefCell::default(), items, room, unfinished: Cell::new(0), all_done }
    }

    /// A queue of any number of items. If items are put faster than they are taken, it fills the memory. (asyncio:
    /// `maxsize=0`.)
    #[must_use]
    pub fn unbounded() -> Self {
        Self::new(usize::MAX)
    }

    /// Adds an item, and waits while there is no room. Cancel-safe: a future that is dropped while it waits has added
    /// nothing.
    pub async fn put(&self, item: S::Item) {
        self.room.acquire().await.forget();
        self.add(item);
    }

    /// Adds an item if there is room. (asyncio: `put_nowait`.)
    ///
    /// # Errors
    /// The item itself: there is no room, or other tasks wait for room.
    pub fn try_put(&self, item: S::Item) -> Result<(), S::Item> {
        let Some(room) = self.room.try_acquire() else { return Err(item) };
        room.forget();
        self.add(item);
        Ok(())
    }

    /// Takes the next item, and waits while there is none. Cancel-safe: a future that is dropped while it waits has
    /// taken none.
    pub async fn get(&self) -> S::Item {
        self.items.acquire().await.forget();
        self.take()
    }

    /// Takes the next item if there is one. (asyncio: `get_nowait`.)
    pub fn try_get(&self) -> Option<S::Item> {
        self.items.try_acquire()?.forget();
        Some(self.take())
    }

    /// The number of items to get. (asyncio: `qsize`.)
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.permits()
    }

    /// Whether there is nothing to get. (asyncio: `empty`.)
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there is no room. (asyncio: `full`.)
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.room.permits() == 0
    }

    /// Reports that an item was taken and processed. (asyncio: `task_done`.)
    ///
    /// # Panics
    /// If it is called more often than items were put, which is a bug of the caller. (asyncio: `ValueError`.)
    pub fn task_done(&self) {
        let left = self.unfinished.get().checked_sub(1);
        self.unfinished.set(left.expect("task_done was called more often than items were put"));
        if left == Some(0) {
            self.all_done.set();
        }
    }

    /// Waits until every item that was put is taken and processed. (asyncio: `join`.)
    pub async fn join(&self) {
        self.all_done.wait().await;
    }

    fn add(&self, item: S::Item) {
        self.unfinished.set(self.unfinished.get() + 1);
        self.all_done.clear();
        self.store.borrow_mut().push(item);
        self.items.release();
    }

    fn take(&self) -> S::Item {
        let item = self.store.borrow_mut().pop();
        self.room.release();
        item.expect("there are as many items as were released")
    }
}

impl<T> Store for VecDeque<T> {
    type Item = T;

    fn push(&mut self, item: T) {
        self.push_back(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop_front()
    }
}

impl<T> Store for Vec<T> {
    type Item = T;

    fn push(&mut self, item: T) {
        self.push(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop()
    }
}

impl<T: Ord> Store for BinaryHeap<Reverse<T>> {
    type Item = T;

    fn push(&mut self, item: T) {
        self.push(Reverse(item));
    }

    fn pop(&mut self) -> Option<T> {
        self.pop().map(|Reverse(item)| item)
    }
}
