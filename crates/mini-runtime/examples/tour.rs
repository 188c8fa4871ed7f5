//! A tour of the tools asyncio's users know: `cargo run -p mini-runtime --example tour`.
//!
//! *What to notice*: each stop asserts what it prints, so the tour is a test as well.

use std::rc::Rc;
use std::time::Duration;

use mini_runtime::{
    Queue, Runtime, call_later, gather, promise, run_in_executor, shield, sleep, spawn, wait_for,
};

const BEAT: Duration = Duration::from_millis(50);

pub(crate) fn main() -> std::io::Result<()> {
    Runtime::new()?.block_on(async {
        together().await;
        too_slow().await;
        shielded().await;
        workers().await;
        from_a_callback().await;
        on_a_thread().await;
    })
}

/// Three waits at once take as long as the longest.
async fn together() {
    let letters = gather([('a', 3), ('b', 1), ('c', 2)].map(async |(letter, beats)| {
        sleep(beats * BEAT).await;
        println!("gather:          {letter} after {beats} beats");
        letter
    }));
    assert_eq!(letters.await, ['a', 'b', 'c']);
}

/// A future that takes too long is dropped where it waits.
async fn too_slow() {
    let slow = async {
        sleep(20 * BEAT).await;
        unreachable!("dropped before");
    };
    assert!(wait_for(slow, BEAT).await.is_err());
    println!("wait_for:        gave up after one beat");
}

/// A task goes on when a wait for it times out.
async fn shielded() {
    let mut saving = shield(async {
        sleep(2 * BEAT).await;
        "saved"
    });
    assert!(wait_for(&mut saving, BEAT).await.is_err());
    let saved = saving.await;
    println!("shield:          {saved:?} although a wait for it timed out");
    assert_eq!(saved, Ok("saved"));
}

/// Three workers share a queue with room for two jobs. When it is full, `put` waits for them (backpressure).
async fn workers() {
    let queue = Rc::new(Queue::new(2));
    let workers = ["x", "y", "z"].map(|name| {
        let queue = Rc::clone(&queue);
        spawn(async move {
            let mut done = 0;
            while let Some(job) = queue.get().await {
                sleep(BEAT / 5 * job).await;
                done += 1;
            }
            println!("queue:           worker {name} did {done} jobs");
            done
        })
    });
    for job in (1..=4).cycle().take(12) {
        queue.put(Some(job)).await;
    }
    for _ in &workers {
        queue.put(None).await;
    }
    let done: i32 = gather(workers).await.into_iter().flatten().sum();
    assert_eq!(done, 12);
}

/// A callback becomes a future: it calls the resolver, and the promise is awaited.
async fn from_a_callback() {
    let (resolver, rang) = promise();
    call_later(BEAT, || resolver.resolve("ring"));
    let never = call_later(BEAT, || unreachable!("cancelled before"));
    assert!(never.cancel());
    assert_eq!(rang.await, Ok("ring"));
    println!("call_later:      rang after one beat");
}

/// A function that blocks runs on another thread, and the loop goes on.
async fn on_a_thread() {
    let blocking = run_in_executor(|| std::thread::sleep(3 * BEAT));
    let ticker = spawn(async {
        loop {
            println!("run_in_executor: the loop ticks while a thread sleeps");
            sleep(BEAT).await;
        }
    });
    assert_eq!(blocking.await, Ok(()));
    assert!(ticker.cancel());
}
