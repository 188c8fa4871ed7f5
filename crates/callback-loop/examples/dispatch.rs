//! Messages of several kinds from several threads: one queue, a handler for each kind.
//!
//! ```sh
//! cargo run -p callback-loop --example dispatch
//! ```
//!
//! *How it waits*: the loop sleeps until a message is sent. Many messages cost one wake-up.
//!
//! *What to notice*: the kind of a message is its type, and its handler gets it as that type. All handlers run on the
//! loop's thread, one after another, so what they share needs no lock. A handler may remove itself: the alarm rings
//! once. A message without a handler of its own goes to the one for all other messages. The loop ends by itself when
//! the last thread has dropped its sender.
//!
//! *What is deliberately missing*: answers. A thread that needs one sends a channel for it with its message.

use std::cell::Cell;
use std::io;
use std::thread;
use std::time::Duration;

use callback_loop::{EventLoop, Sender};

struct Temperature {
    celsius: i32,
}

enum Door {
    Opened,
    Closed,
}

struct Smoke {
    room: &'static str,
}

/// What the handlers share.
#[derive(Default)]
struct House {
    warmest: Cell<i32>,
    entered: Cell<u32>,
    unexpected: Cell<u32>,
}

fn main() -> io::Result<()> {
    let house = House::default();
    let mut event_loop = EventLoop::new()?;
    house.register(&mut event_loop);
    let sender = event_loop.sender()?;
    for start in [thermometer, door, smoke_detector, neighbour] {
        let sender = sender.clone();
        thread::spawn(move || start(&sender));
    }
    drop(sender); // or the loop would wait for this one as well
    event_loop.run_forever()?;
    let House { warmest, entered, unexpected } = &house;
    println!("warmest: {} °C; entered: {}; unexpected: {}", warmest.get(), entered.get(), unexpected.get());
    Ok(())
}

impl House {
    fn register<'h>(&'h self, event_loop: &mut EventLoop<'h>) {
        event_loop.on_message(|_, Temperature { celsius }| {
            println!("temperature: {celsius} °C");
            self.warmest.set(self.warmest.get().max(celsius));
        });
        event_loop.on_message(|_, door| match door {
            Door::Opened => self.entered.set(self.entered.get() + 1),
            Door::Closed => println!("door: closed behind visitor {}", self.entered.get()),
        });
        event_loop.on_message(|event_loop, Smoke { room }| {
            println!("alarm: smoke in the {room}");
            event_loop.remove_message_handler::<Smoke>();
        });
        event_loop.on_other_message(|_, message| {
            let what = if message.is::<Smoke>() { "smoke again" } else { "something" };
            println!("unexpected: {what}");
            self.unexpected.set(self.unexpected.get() + 1);
        });
    }
}

fn thermometer(sender: &Sender) -> io::Result<()> {
    for celsius in [19, 22, 21] {
        sender.send(Temperature { celsius })?;
        pause();
    }
    Ok(())
}

fn door(sender: &Sender) -> io::Result<()> {
    for _ in 0..2 {
        sender.send(Door::Opened)?;
        pause();
        sender.send(Door::Closed)?;
    }
    Ok(())
}

fn smoke_detector(sender: &Sender) -> io::Result<()> {
    for _ in 0..3 {
        sender.send(Smoke { room: "kitchen" })?;
        pause();
    }
    Ok(())
}

fn neighbour(sender: &Sender) -> io::Result<()> {
    sender.send("do you have an egg?".to_owned())
}

fn pause() {
    thread::sleep(Duration::from_millis(5));
}
