//! The loop: order, cancelling, timers, sockets, messages, panics.

use std::cell::{Cell, RefCell};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use callback_loop::{EventLoop, Promise, Socket, SourceId};

const SOON: Duration = Duration::from_millis(5);
const LATER: Duration = Duration::from_millis(15);
const LONG: Duration = Duration::from_secs(10);

/// What happened, in order.
#[derive(Default)]
struct Log(RefCell<Vec<&'static str>>);

impl Log {
    fn add(&self, what: &'static str) {
        self.0.borrow_mut().push(what);
    }

    fn take(&self) -> Vec<&'static str> {
        self.0.take()
    }
}

/// A socket of the loop, and its peer.
fn connected(event_loop: &mut EventLoop<'_>) -> io::Result<(SourceId, TcpStream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let socket = event_loop.add_socket(Socket::connect(listener.local_addr()?)?);
    Ok((socket, listener.accept()?.0))
}

#[test]
fn callbacks_run_in_the_order_in_which_they_were_added() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    for name in ["first", "second", "third"] {
        event_loop.call_soon(|_| log.add(name));
    }
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["first", "second", "third"]);
    Ok(())
}

#[test]
fn what_a_callback_adds_waits_for_the_next_turn() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    event_loop.call_soon(|event_loop| {
        event_loop.call_soon(|_| log.add("added"));
        log.add("adding");
    });
    event_loop.call_soon(|_| log.add("beside"));
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["adding", "beside", "added"]);
    Ok(())
}

#[test]
fn a_callback_that_adds_itself_for_ever_does_not_keep_timers_from_coming() -> io::Result<()> {
    fn again(event_loop: &mut EventLoop<'_>) {
        event_loop.call_soon(again);
    }
    let mut event_loop = EventLoop::new()?;
    event_loop.call_soon(again);
    event_loop.call_later(SOON, EventLoop::stop);
    event_loop.run_forever()
}

#[test]
fn a_timer_of_no_time_that_adds_itself_does_not_keep_sockets_from_being_served() -> io::Result<()> {
    fn again(event_loop: &mut EventLoop<'_>) {
        event_loop.call_at(Instant::now() - SOON, again);
    }
    let mut event_loop = EventLoop::new()?;
    let (socket, mut peer) = connected(&mut event_loop)?;
    event_loop.call_soon(again);
    event_loop.when_readable(socket, EventLoop::stop)?;
    peer.write_all(b"!")?;
    event_loop.run_forever()
}

#[test]
fn timers_run_in_the_order_of_their_times_and_never_early() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    let start = Instant::now();
    let at = |delay: Duration, name| {
        let log = &log;
        move |_: &mut EventLoop<'_>| {
            assert!(start.elapsed() >= delay);
            log.add(name);
        }
    };
    event_loop.call_later(LATER, at(LATER, "later"));
    event_loop.call_later(SOON, at(SOON, "soon"));
    event_loop.call_at(start + LATER / 2, at(LATER / 2, "between"));
    event_loop.call_later(Duration::MAX, |_| unreachable!("thirty years"));
    event_loop.call_later(2 * LATER, EventLoop::stop);
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["soon", "between", "later"]);
    Ok(())
}

#[test]
fn timers_of_one_time_run_in_the_order_in_which_they_were_added() -> io::Result<()> {
    let order = RefCell::new(Vec::new());
    let mut event_loop = EventLoop::new()?;
    let at = Instant::now() + SOON;
    // Slots that were freed are used again in another order: the order must not come from them.
    let freed: Vec<_> = (0..50).map(|_| event_loop.call_soon(|_| ())).collect();
    for handle in freed {
        assert!(event_loop.cancel(handle));
    }
    for number in 0..100 {
        let order = &order;
        event_loop.call_at(at, move |_| order.borrow_mut().push(number));
    }
    event_loop.run_forever()?;
    assert_eq!(order.take(), (0..100).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn a_cancelled_callback_never_runs() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    let soon = event_loop.call_soon(|_| log.add("soon"));
    let later = event_loop.call_later(SOON, |_| log.add("later"));
    event_loop.call_soon(|_| log.add("kept"));
    assert!(event_loop.cancel(soon) && event_loop.cancel(later));
    assert!(!event_loop.cancel(soon) && !event_loop.cancel(later));
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["kept"]);
    Ok(())
}

#[test]
fn a_callback_may_cancel_one_that_is_due_in_the_same_turn() -> io::Result<()> {
    let log = Log::default();
    let victims = Cell::new(None);
    let mut event_loop = EventLoop::new()?;
    let now = Instant::now();
    event_loop.call_at(now, |event_loop| {
        let (timer, soon) = victims.take().expect("two handles");
        assert!(event_loop.cancel(timer) && event_loop.cancel(soon));
        log.add("cancelled both");
    });
    let timer = event_loop.call_at(now, |_| log.add("timer"));
    let (log, victims) = (&log, &victims);
    event_loop.call_soon(move |event_loop| {
        let soon = event_loop.call_soon(|_| log.add("soon"));
        victims.set(Some((timer, soon)));
    });
    // The first turn runs what is ready before what is due.
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["cancelled both"]);
    Ok(())
}

#[test]
fn many_cancelled_timers_leave_the_others_as_they_were() -> io::Result<()> {
    let count = Cell::new(0);
    let mut event_loop = EventLoop::new()?;
    let at = Instant::now() + SOON;
    let handles: Vec<_> = (0..1000).map(|_| event_loop.call_at(at, |_| count.set(count.get() + 1))).collect();
    for handle in handles.iter().step_by(10).flat_map(|handle| [handle; 2]) {
        event_loop.cancel(*handle);
    }
    event_loop.run_forever()?;
    assert_eq!(count.get(), 900);
    Ok(())
}

#[test]
fn stop_ends_the_run_and_what_is_left_runs_in_the_next_one() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    event_loop.call_soon(|event_loop| {
        event_loop.stop();
        event_loop.call_soon(|_| log.add("next run"));
    });
    event_loop.call_soon(|_| log.add("same turn"));
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["same turn"]);
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["next run"]);
    Ok(())
}

#[test]
fn a_loop_stopped_before_it_runs_makes_one_turn_that_does_not_wait() -> io::Result<()> {
    let mut event_loop = EventLoop::new()?;
    event_loop.call_later(LONG, |_| unreachable!("too late"));
    event_loop.stop();
    event_loop.run_forever()
}

#[test]
fn a_promise_ends_its_run_with_its_first_value() -> io::Result<()> {
    let mut event_loop = EventLoop::new()?;
    let promise = Promise::new();
    let keep = promise.clone();
    event_loop.call_later(SOON, move |_| {
        keep.keep("first");
        keep.keep("second");
    });
    event_loop.call_later(LONG, |_| unreachable!("too late"));
    assert_eq!(event_loop.run_until_complete(&promise)?, "first");
    Ok(())
}

#[test]
fn a_promise_that_cannot_be_kept_is_an_error_and_no_hang() -> io::Result<()> {
    let promise = Promise::<()>::new();
    let mut event_loop = EventLoop::new()?;
    assert!(event_loop.run_until_complete(&promise).is_err());
    event_loop.call_soon(EventLoop::stop);
    assert!(event_loop.run_until_complete(&promise).is_err());
    Ok(())
}

#[test]
fn a_callback_can_not_run_the_loop_it_runs_in() -> io::Result<()> {
    let refused = Cell::new(false);
    let mut event_loop = EventLoop::new()?;
    event_loop.call_soon(|event_loop| refused.set(event_loop.run_forever().is_err()));
    event_loop.run_forever()?;
    assert!(refused.get());
    Ok(())
}

#[test]
fn a_panic_costs_one_callback_and_the_loop_runs_again() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    let (socket, mut peer) = connected(&mut event_loop)?;
    peer.write_all(b"!")?;
    event_loop.call_soon(|_| log.add("before"));
    event_loop.call_soon(|_| panic!("this test's own"));
    event_loop.call_soon(|_| log.add("after"));
    event_loop.call_later(SOON, |_| log.add("timer"));
    event_loop.when_readable(socket, |_| log.add("socket"))?;
    let panicked = catch_unwind(AssertUnwindSafe(|| event_loop.run_forever()));
    assert!(panicked.is_err());
    assert_eq!(log.take(), ["before"]);
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["after", "socket", "timer"]);
    Ok(())
}

#[test]
fn a_socket_can_have_a_reader_and_a_writer_at_once() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    let (socket, mut peer) = connected(&mut event_loop)?;
    event_loop.when_readable(socket, |_| log.add("readable"))?;
    event_loop.when_writable(socket, |_| log.add("writable"))?;
    peer.write_all(b"!")?;
    event_loop.run_forever()?;
    let mut events = log.take();
    events.sort_unstable();
    assert_eq!(events, ["readable", "writable"]);
    Ok(())
}

#[test]
fn bytes_come_back_through_a_peer_that_echoes_them() -> io::Result<()> {
    let mut event_loop = EventLoop::new()?;
    let (socket, mut peer) = connected(&mut event_loop)?;
    let echo = thread::spawn(move || {
        let mut bytes = [0; 4];
        peer.read_exact(&mut bytes)?;
        peer.write_all(&bytes)
    });
    let answer = Promise::new();
    let got = answer.clone();
    event_loop.when_writable(socket, move |event_loop| {
        let sent = event_loop.socket(socket).and_then(|socket| socket.send(b"ping"));
        assert_eq!(sent.ok(), Some(4));
        let waits = event_loop.when_readable(socket, move |event_loop| {
            let mut bytes = [0; 16];
            let received = event_loop.socket(socket).and_then(|socket| socket.receive(&mut bytes));
            got.keep(received.map(|length| bytes[..length].to_vec()));
        });
        assert!(waits.is_ok());
    })?;
    assert_eq!(event_loop.run_until_complete(&answer)??, b"ping");
    echo.join().expect("the echo ends")
}

#[test]
fn a_callback_may_remove_its_own_socket_and_another_that_is_ready_too() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    let pairs = [connected(&mut event_loop)?, connected(&mut event_loop)?];
    let [one, other] = [pairs[0].0, pairs[1].0];
    let seen = &log;
    for id in [one, other] {
        event_loop.when_readable(id, move |event_loop| {
            seen.add("removed both");
            assert!(event_loop.remove(one) && event_loop.remove(other));
            assert!(event_loop.socket(one).is_err() && event_loop.when_readable(one, |_| ()).is_err());
        })?;
    }
    let [(_, mut peer), (_, mut other_peer)] = pairs;
    for peer in [&mut peer, &mut other_peer] {
        peer.write_all(b"!")?;
    }
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["removed both"]);
    // What was sent to the socket was never received, so its end is a reset rather than the end of a stream.
    assert!(!matches!(peer.read(&mut [0]), Ok(1..)), "the socket is closed");
    Ok(())
}

#[test]
fn a_later_reader_takes_the_place_of_an_earlier_one() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    let (socket, mut peer) = connected(&mut event_loop)?;
    let earlier = event_loop.when_readable(socket, |_| log.add("earlier"))?;
    event_loop.when_readable(socket, |_| log.add("later"))?;
    assert!(!event_loop.cancel(earlier));
    peer.write_all(b"!")?;
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["later"]);
    Ok(())
}

#[test]
fn messages_from_many_threads_reach_the_handler_of_their_kind_in_order() -> io::Result<()> {
    const THREADS: usize = 4;
    const MESSAGES: usize = 250;
    let numbers = RefCell::new(vec![Vec::new(); THREADS]);
    let texts = Cell::new(0);
    let mut event_loop = EventLoop::new()?;
    let sender = event_loop.sender()?;
    for thread in 0..THREADS {
        let sender = sender.clone();
        thread::spawn(move || {
            for number in 0..MESSAGES {
                sender.send((thread, number)).expect("a loop");
                sender.send("text").expect("a loop");
            }
        });
    }
    drop(sender);
    event_loop.on_message(|_, (thread, number): (usize, usize)| numbers.borrow_mut()[thread].push(number));
    event_loop.on_message(|_, _: &str| texts.set(texts.get() + 1));
    event_loop.run_forever()?;
    assert!(numbers.borrow().iter().all(|of_one| of_one.iter().copied().eq(0..MESSAGES)));
    assert_eq!(texts.get(), THREADS * MESSAGES);
    Ok(())
}

#[test]
fn a_message_wakes_a_loop_that_sleeps() -> io::Result<()> {
    let asleep = Barrier::new(2);
    let mut event_loop = EventLoop::new()?;
    let sender = event_loop.sender()?;
    event_loop.call_later(LONG, |_| unreachable!("the loop was not woken"));
    event_loop.call_soon(|_| _ = asleep.wait());
    event_loop.on_message(|event_loop, ()| event_loop.stop());
    thread::scope(|scope| {
        scope.spawn(|| {
            asleep.wait();
            thread::sleep(SOON);
            sender.send(()).expect("a loop");
        });
        event_loop.run_forever()
    })
}

#[test]
fn a_loop_ends_when_its_last_sender_is_dropped() -> io::Result<()> {
    let mut event_loop = EventLoop::new()?;
    let sender = event_loop.sender()?;
    let dropping = thread::spawn(move || {
        thread::sleep(SOON);
        drop(sender);
    });
    event_loop.run_forever()?;
    dropping.join().expect("it only drops");
    Ok(())
}

#[test]
fn a_sender_without_a_loop_gets_an_error() -> io::Result<()> {
    let sender = EventLoop::new()?.sender()?;
    assert_eq!(sender.send(1).expect_err("the loop is gone").kind(), io::ErrorKind::BrokenPipe);
    Ok(())
}

#[test]
fn a_handler_may_remove_and_replace_itself() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    let sender = event_loop.sender()?;
    for _ in 0..3 {
        sender.send(7)?;
    }
    drop(sender);
    event_loop.on_message(|event_loop, _: i32| {
        log.add("first");
        event_loop.on_message(|event_loop, _: i32| {
            log.add("second");
            assert!(event_loop.remove_message_handler::<i32>());
            assert!(!event_loop.remove_message_handler::<i32>());
        });
    });
    event_loop.on_other_message(|_, message| {
        assert_eq!(message.downcast_ref(), Some(&7));
        log.add("other");
    });
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["first", "second", "other"]);
    Ok(())
}

#[test]
fn a_panic_in_a_message_handler_loses_no_other_message() -> io::Result<()> {
    let log = Log::default();
    let mut event_loop = EventLoop::new()?;
    let sender = event_loop.sender()?;
    sender.send("a")?;
    sender.send(7)?;
    drop(sender);
    event_loop.on_message(|_, _: &str| panic!("this test's own"));
    event_loop.on_message(|_, _: i32| log.add("number"));
    assert!(catch_unwind(AssertUnwindSafe(|| event_loop.run_forever())).is_err());
    event_loop.run_forever()?;
    assert_eq!(log.take(), ["number"]);
    Ok(())
}
