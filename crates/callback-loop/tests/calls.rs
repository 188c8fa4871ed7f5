//! The model: calls made with callbacks.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use callback_loop::CallbackLoop;
use downstream_call::{Call, Cancel, Diamond, Failure, Milestone, Model, Outcome, Reply, Run, Trace, Work};
use downstream_mock::{Config, DIAMOND_COMPLETE, Mock};

const LATENCY: Duration = Duration::from_millis(30);
const LONG: Duration = Duration::from_secs(10);

fn mock(latency: Duration) -> Mock {
    Mock::start(Config { latency, ..Config::default() }).expect("a mock")
}

fn call(mock: &Mock, path: &str) -> Call {
    Call::get(&format!("{}{path}", mock.url()), LONG).expect("a good URL")
}

fn echoes(mock: &Mock, count: usize) -> Vec<Call> {
    (0..count).map(|id| call(mock, &format!("/echo/{id}"))).collect()
}

fn body(outcome: &Outcome) -> &str {
    std::str::from_utf8(&outcome.as_ref().expect("a reply").body).expect("text")
}

fn at_most(in_flight: usize) -> Run {
    Run { in_flight: NonZeroUsize::new(in_flight).expect("not zero"), ..Run::default() }
}

/// An address where nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port").local_addr().expect("its address")
}

#[test]
fn every_call_gets_its_own_answer_and_all_wait_together() -> io::Result<()> {
    let mock = mock(5 * LATENCY);
    let outcomes = CallbackLoop::new()?.fan_out(&Run::default(), &echoes(&mock, 100))?;
    for (id, outcome) in outcomes.iter().enumerate() {
        assert_eq!(body(outcome), id.to_string());
    }
    assert_eq!((mock.stats().requests, mock.stats().peak_in_flight), (100, 100));
    Ok(())
}

#[test]
fn no_calls_are_over_at_once() -> io::Result<()> {
    assert_eq!(CallbackLoop::new()?.fan_out(&Run::default(), &[])?, []);
    Ok(())
}

#[test]
fn no_more_than_in_flight_wait_at_once() -> io::Result<()> {
    let mock = mock(Duration::from_millis(5));
    let outcomes = CallbackLoop::new()?.fan_out(&at_most(3), &echoes(&mock, 20))?;
    assert!(outcomes.iter().enumerate().all(|(id, outcome)| body(outcome) == id.to_string()));
    assert_eq!(mock.stats().peak_in_flight, 3);
    Ok(())
}

#[test]
fn a_model_can_be_used_again() -> io::Result<()> {
    let mock = mock(Duration::from_millis(5));
    let mut model = CallbackLoop::new()?;
    let run = Run { cancel: Cancel::new()?, ..Run::default() };
    for _ in 0..3 {
        assert!(model.fan_out(&run, &echoes(&mock, 5))?.iter().all(Result::is_ok));
    }
    Ok(())
}

#[test]
fn ten_thousand_calls_that_fail_at_once_do_not_grow_the_stack() -> io::Result<()> {
    let refused = Call { address: nobody(), host: "nobody".into(), path: "/".into(), timeout: LONG };
    let calls = vec![refused.with_path("no slash"); 10_000];
    for run in [at_most(1), Run::default()] {
        let outcomes = CallbackLoop::new()?.fan_out(&run, &calls)?;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(Failure::Unsendable(_)))));
    }
    let outcomes = CallbackLoop::new()?.fan_out(&at_most(1), &vec![refused; 2_000])?;
    assert!(outcomes.iter().all(|outcome| *outcome == Err(Failure::ConnectRefused)));
    Ok(())
}

#[test]
fn one_call_that_fails_leaves_the_others_alone() -> io::Result<()> {
    let mock = mock(LATENCY);
    let mut calls = echoes(&mock, 3);
    calls[1].address = nobody();
    let outcomes = CallbackLoop::new()?.fan_out(&Run::default(), &calls)?;
    assert_eq!((body(&outcomes[0]), body(&outcomes[2])), ("0", "2"));
    assert_eq!(outcomes[1], Err(Failure::ConnectRefused));
    Ok(())
}

#[test]
fn a_call_ends_at_its_deadline_and_not_before() -> io::Result<()> {
    let mock = mock(Duration::from_secs(5));
    let mut late = call(&mock, "/get_resource");
    late.timeout = Duration::from_millis(40);
    let start = Instant::now();
    let quick = call(&mock, "/echo/quick?latency_ms=10");
    let outcomes = CallbackLoop::new()?.fan_out(&Run::default(), &[late, quick])?;
    assert!(start.elapsed() >= Duration::from_millis(40));
    assert_eq!(outcomes[0], Err(Failure::TimedOut));
    assert_eq!(body(&outcomes[1]), "quick");
    assert!(mock.wait_for(LONG, |stats| stats.aborted == 1), "its connection is closed");
    Ok(())
}

#[test]
fn cancelling_ends_calls_in_flight_and_starts_no_other() -> io::Result<()> {
    let mock = mock(LONG);
    let run = Run { cancel: Cancel::new()?, trace: Trace::on(), ..at_most(2) };
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mock.wait_for(LONG, |stats| stats.in_flight == 2));
            run.cancel.cancel();
        });
        CallbackLoop::new()?.fan_out(&run, &echoes(&mock, 5))
    })?;
    assert_eq!(outcomes, vec![Err(Failure::Cancelled); 5]);
    assert_eq!(mock.stats().requests, 2);
    let finished = run.trace.marks().iter().filter(|mark| mark.milestone == Milestone::Finished).count();
    assert_eq!(finished, 2);
    Ok(())
}

#[test]
fn a_run_that_is_cancelled_before_it_begins_sends_nothing() -> io::Result<()> {
    let mock = mock(LATENCY);
    let run = Run { cancel: Cancel::new()?, ..Run::default() };
    run.cancel.cancel();
    let mut model = CallbackLoop::new()?;
    assert_eq!(model.fan_out(&run, &echoes(&mock, 5))?, vec![Err(Failure::Cancelled); 5]);
    assert_eq!(model.diamond(&run, &Diamond::new(call(&mock, "/diamond")))?, Err(Failure::Cancelled));
    assert_eq!(mock.stats().accepted, 0);
    Ok(())
}

#[test]
fn a_large_answer_arrives_whole() -> io::Result<()> {
    let mock = mock(Duration::ZERO);
    let outcomes =
        CallbackLoop::new()?.fan_out(&Run::default(), &[call(&mock, "/files/large?bytes=1000000")])?;
    assert_eq!(outcomes[0].as_ref().expect("a reply").body.len(), 1_000_000);
    Ok(())
}

#[test]
fn a_panic_in_the_work_of_one_call_costs_its_answer_alone() -> io::Result<()> {
    fn work(reply: &Reply) -> u64 {
        assert_ne!(reply.body, b"1", "a reply this work can't bear");
        7
    }
    let mock = mock(Duration::ZERO);
    let run = Run { work: Work::Function(work), ..Run::default() };
    let outcomes = CallbackLoop::new()?.fan_out(&run, &echoes(&mock, 3))?;
    assert_eq!(outcomes[0].as_ref().expect("a reply").worked, Some(7));
    assert_eq!(outcomes[1], Err(Failure::WorkPanicked));
    assert_eq!(outcomes[2].as_ref().expect("a reply").worked, Some(7));
    Ok(())
}

#[test]
fn a_diamond_makes_each_call_from_the_replies_before_it() -> io::Result<()> {
    let mock = mock(Duration::from_millis(5));
    for (in_flight, peak) in [(usize::MAX, 3), (2, 2), (1, 1)] {
        mock.reset_stats();
        let plan = Diamond::new(call(&mock, "/diamond"));
        let outcome = CallbackLoop::new()?.diamond(&at_most(in_flight), &plan)?;
        assert_eq!(body(&outcome), DIAMOND_COMPLETE);
        assert_eq!((mock.stats().requests, mock.stats().peak_in_flight), (5, peak));
    }
    Ok(())
}

#[test]
fn the_first_failure_in_a_diamond_cancels_the_rest() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let base =
        Call { address: listener.local_addr()?, host: "here".into(), path: "/diamond".into(), timeout: LONG };
    let served = thread::spawn(move || serve_a_then_break(&listener));
    let outcome = CallbackLoop::new()?.diamond(&Run::default(), &Diamond::new(base))?;
    assert_eq!(outcome, Err(Failure::Incomplete));
    assert_eq!(served.join().expect("the server ends")?, 4, "A, B, C and D, but no E");
    Ok(())
}

/// Answers A, closes one of B, C and D without an answer, and holds the other two until their client is gone.
fn serve_a_then_break(listener: &TcpListener) -> io::Result<usize> {
    let mut head = [0; 1024];
    let (mut a, _) = listener.accept()?;
    assert!(a.read(&mut head)? > 0);
    a.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntoken")?;
    let mut held = Vec::new();
    for _ in 0..3 {
        let (mut connection, _) = listener.accept()?;
        assert!(connection.read(&mut head)? > 0);
        held.push(connection);
    }
    drop(held.remove(1));
    let gone = held.iter_mut().filter_map(|connection| connection.read(&mut head).ok());
    assert!(gone.eq([0, 0]), "both were hung up on");
    Ok(4)
}

#[test]
fn a_run_leaves_no_connection_open() -> io::Result<()> {
    let mock = mock(Duration::from_millis(5));
    let mut model = CallbackLoop::new()?;
    assert!(model.fan_out(&Run::default(), &echoes(&mock, 10))?.iter().all(Result::is_ok));
    assert!(mock.wait_for(LONG, |stats| stats.open_connections == 0));
    Ok(())
}
