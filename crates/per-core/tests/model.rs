//! Tests of loops that share nothing. The conformance suite has the requirements of all models.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Cancel, Diamond, Failure, Milestone, Model, Reply, Run, Trace, Work};
use downstream_mock::{Config, Mock};
use per_core::{PerCore, PerProcess};

const LATENCY: Duration = Duration::from_millis(50);
const PATIENT: Duration = Duration::from_secs(10);

fn mock(latency: Duration) -> Mock {
    Mock::start(Config { latency, ..Config::default() }).expect("a mock")
}

fn calls(mock: &Mock, count: usize) -> Vec<Call> {
    let call = |id| Call::get(&format!("{}/echo/{id}", mock.url()), PATIENT).expect("a call");
    (0..count).map(call).collect()
}

fn number(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).expect("not zero")
}

fn processes(count: usize) -> PerProcess {
    let program = Command::new(env!("CARGO_BIN_EXE_per-process-loop"));
    PerProcess::with_program(program, number(count)).expect("children")
}

/// Sends a signal to a child of this process.
#[cfg(unix)]
fn signal(signal: &str, child: u32) {
    let sent = Command::new("kill").args([signal, &child.to_string()]).status().expect("kill(1)");
    assert!(sent.success(), "kill {signal} {child}");
}

#[test]
fn every_loop_makes_its_part_and_the_outcomes_come_in_the_order_of_calls() {
    let models: [Box<dyn Model>; 2] =
        [Box::new(PerCore::with_loops(number(3)).expect("loops")), Box::new(processes(3))];
    for mut model in models {
        let mock = mock(LATENCY);
        let outcomes = model.fan_out(&Run::default(), &calls(&mock, 100)).expect("a run");
        for (id, outcome) in outcomes.into_iter().enumerate() {
            assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
        }
        assert_eq!(mock.stats().peak_in_flight, 100);
    }
}

#[test]
fn together_the_loops_keep_the_limit_of_calls_in_flight() {
    let models: [Box<dyn Model>; 2] =
        [Box::new(PerCore::with_loops(number(4)).expect("loops")), Box::new(processes(4))];
    for mut model in models {
        for limit in [1, 3, 6] {
            let mock = mock(LATENCY);
            let run = Run { in_flight: number(limit), ..Run::default() };
            let outcomes = model.fan_out(&run, &calls(&mock, 20)).expect("a run");
            assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
            assert_eq!(mock.stats().peak_in_flight, limit as u64);
        }
    }
}

/// A child's milestones are only understood where the machine has one clock for all processes.
fn traced_models() -> Vec<Box<dyn Model>> {
    let mut models: Vec<Box<dyn Model>> = vec![Box::new(PerCore::with_loops(number(3)).expect("loops"))];
    if cfg!(target_os = "linux") {
        models.push(Box::new(processes(3)));
    }
    models
}

#[test]
fn a_trace_numbers_the_calls_of_the_run_not_those_of_a_loop() {
    for mut model in traced_models() {
        let mock = mock(Duration::from_millis(1));
        let run = Run { trace: Trace::on(), ..Run::default() };
        model.fan_out(&run, &calls(&mock, 10)).expect("a run");
        let marks = run.trace.marks();
        let finished = marks.iter().filter(|mark| mark.milestone == Milestone::Finished);
        let mut finished: Vec<_> = finished.map(|mark| mark.call).collect();
        finished.sort_unstable();
        assert_eq!(finished, (0..10).collect::<Vec<_>>());
    }
}

#[test]
fn a_trace_has_the_work_and_the_thread_of_each_loop_at_times_within_the_run() {
    for mut model in traced_models() {
        let mock = mock(Duration::from_millis(1));
        let run = Run { trace: Trace::on(), work: Work::Fibonacci(10), ..Run::default() };
        // Each process has looked at both clocks itself, one after the other.
        let began = Instant::now() - Duration::from_millis(1);
        model.fan_out(&run, &calls(&mock, 9)).expect("a run");
        let (marks, ended) = (run.trace.marks(), Instant::now());
        let of = |milestone| marks.iter().filter(move |mark| mark.milestone == milestone);
        assert_eq!((of(Milestone::WorkBegins).count(), of(Milestone::WorkEnds).count()), (9, 9));
        assert_eq!(marks.iter().map(|mark| mark.thread).collect::<HashSet<_>>().len(), 3);
        assert!(marks.iter().all(|mark| (began..=ended).contains(&mark.at)), "{marks:?}");
    }
}

#[test]
fn a_function_as_work_of_processes_is_marked_in_the_parent() {
    let mock = mock(Duration::from_millis(1));
    let run = Run { trace: Trace::on(), work: Work::Function(|_| 1), ..Run::default() };
    processes(2).fan_out(&run, &calls(&mock, 4)).expect("a run");
    let marks = run.trace.marks();
    let worked: Vec<_> = marks.iter().filter(|mark| mark.milestone == Milestone::WorkEnds).collect();
    assert_eq!(worked.iter().map(|mark| mark.call).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn a_diamond_passes_through_a_pipe() {
    let mock = mock(LATENCY);
    let base = Call::get(&format!("{}/diamond", mock.url()), PATIENT).expect("a call");
    let reply = processes(2).diamond(&Run::default(), &Diamond::new(base)).expect("a run").expect("a reply");
    assert_eq!(reply.status, 200);
    assert_eq!((mock.stats().requests, mock.stats().peak_in_flight), (5, 3));
}

#[test]
fn cancelling_reaches_every_process() {
    let mock = mock(PATIENT);
    let run = Run { cancel: Cancel::new().expect("a pair"), ..Run::default() };
    let mut model = processes(2);
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mock.wait_for(PATIENT, |stats| stats.in_flight == 10));
            run.cancel.cancel();
        });
        let outcomes = model.fan_out(&run, &calls(&mock, 10)).expect("a run");
        assert!(outcomes.iter().all(|outcome| *outcome == Err(Failure::Cancelled)), "{outcomes:?}");
    });
}

/// A panic in the work costs one call. One that is raised while such a panic is dropped ends the thread.
#[test]
fn a_loop_that_panics_loses_its_own_calls_and_is_replaced() {
    struct Again;
    impl Drop for Again {
        fn drop(&mut self) {
            panic!("on purpose");
        }
    }
    let of_call_7 = |reply: &Reply| if reply.body == b"7" { std::panic::panic_any(Again) } else { 0 };
    let mock = mock(LATENCY);
    let mut model = PerCore::with_loops(number(2)).expect("loops");
    let run = Run { work: Work::Function(of_call_7), ..Run::default() };
    let outcomes = model.fan_out(&run, &calls(&mock, 10)).expect("a run");
    assert!(outcomes[..5].iter().all(Result::is_ok), "{outcomes:?}");
    assert!(outcomes[5..].iter().all(|outcome| *outcome == Err(Failure::Lost)), "{outcomes:?}");
    let outcomes = model.fan_out(&Run::default(), &calls(&mock, 10)).expect("a run");
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}

#[cfg(unix)]
#[test]
fn a_killed_child_loses_its_own_calls_and_is_replaced() {
    let mock = mock(Duration::from_millis(300));
    let mut model = processes(2);
    let victim = model.process_ids()[1];
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mock.wait_for(PATIENT, |stats| stats.in_flight == 10));
            signal("-KILL", victim);
        });
        let outcomes = model.fan_out(&Run::default(), &calls(&mock, 10)).expect("a run");
        assert!(outcomes[..5].iter().all(Result::is_ok), "{outcomes:?}");
        assert!(outcomes[5..].iter().all(|outcome| *outcome == Err(Failure::Lost)), "{outcomes:?}");
    });
    let outcomes = model.fan_out(&Run::default(), &calls(&mock, 10)).expect("a run");
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
}

#[cfg(unix)]
#[test]
fn a_stopped_child_is_ended_after_the_deadline_and_its_calls_have_timed_out() {
    let mock = mock(Duration::from_millis(300));
    let mut model = processes(2);
    let victim = model.process_ids()[1];
    let calls: Vec<_> =
        calls(&mock, 10).into_iter().map(|call| Call { timeout: Duration::from_secs(2), ..call }).collect();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mock.wait_for(PATIENT, |stats| stats.in_flight == 10));
            signal("-STOP", victim);
        });
        let outcomes = model.fan_out(&Run::default(), &calls).expect("a run");
        assert!(outcomes[..5].iter().all(Result::is_ok), "{outcomes:?}");
        assert!(outcomes[5..].iter().all(|outcome| *outcome == Err(Failure::TimedOut)), "{outcomes:?}");
    });
    let outcomes = model.fan_out(&Run::default(), &calls).expect("a run");
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_ne!(model.process_ids()[1], victim);
}

#[cfg(unix)]
#[test]
fn a_stopped_child_is_ended_though_it_has_work_to_do_with_its_replies() {
    let mock = mock(Duration::from_millis(300));
    let mut model = processes(2);
    let victim = model.process_ids()[1];
    let calls: Vec<_> =
        calls(&mock, 10).into_iter().map(|call| Call { timeout: Duration::from_secs(2), ..call }).collect();
    let run = Run { work: Work::Fibonacci(10), ..Run::default() };
    thread::scope(|scope| {
        scope.spawn(|| {
            assert!(mock.wait_for(PATIENT, |stats| stats.in_flight == 10));
            signal("-STOP", victim);
        });
        let outcomes = model.fan_out(&run, &calls).expect("a run");
        assert!(outcomes[..5].iter().all(Result::is_ok), "{outcomes:?}");
        assert!(outcomes[5..].iter().all(|outcome| *outcome == Err(Failure::TimedOut)), "{outcomes:?}");
    });
    let outcomes = model.fan_out(&run, &calls).expect("a run");
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_ne!(model.process_ids()[1], victim);
}

/// Its work is over after 3.5 s; a child that said nothing would be ended after 3 s.
#[test]
fn a_child_that_computes_long_after_the_deadline_of_its_calls_is_not_ended() {
    let mock = mock(Duration::from_millis(10));
    let mut model = processes(1);
    let child = model.process_ids();
    let calls: Vec<_> =
        calls(&mock, 2).into_iter().map(|call| Call { timeout: Duration::from_secs(1), ..call }).collect();
    let run = Run { work: Work::CpuTime(Duration::from_millis(1750)), ..Run::default() };
    let outcomes = model.fan_out(&run, &calls).expect("a run");
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(model.process_ids(), child);
}

#[cfg(unix)]
#[test]
fn requests_that_a_stopped_child_does_not_read_block_no_one() {
    let mock = mock(Duration::from_millis(10));
    let mut model = processes(2);
    let victim = model.process_ids()[0];
    signal("-STOP", victim);
    let path = format!("/echo/{}", "1".repeat(5000));
    let calls: Vec<_> = calls(&mock, 60)
        .into_iter()
        .map(|call| Call { timeout: Duration::from_secs(2), ..call.with_path(&path) })
        .collect();
    let outcomes = model.fan_out(&Run::default(), &calls).expect("a run");
    assert!(outcomes[..30].iter().all(|outcome| *outcome == Err(Failure::TimedOut)), "{outcomes:?}");
    assert!(outcomes[30..].iter().all(Result::is_ok), "{outcomes:?}");
}

#[cfg(unix)]
#[test]
fn a_program_that_is_no_child_is_no_model() {
    let error = PerProcess::with_program(Command::new("true"), number(2)).err().expect("no model");
    assert_eq!(error.to_string(), "a process ended before it was ready");
}
