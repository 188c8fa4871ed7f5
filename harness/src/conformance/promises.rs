//! The contract's sentences, each as a function that breaks when a model breaks it.

use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use downstream_call::{Call, Cancel, Failure, Milestone, Outcome, Reply, Run, Trace, Work};
use downstream_mock::faults::{Scene, Script};
use downstream_mock::{Config, DIAMOND_COMPLETE, Mock};

use super::Stage;
use super::broken_diamond::BrokenDiamond;
use super::faults::short;
use super::stage::{PATIENT, answers, limited};

type Promise = fn(&mut Stage) -> Result<(), String>;

/// Latency where calls must overlap.
const LATENCY: Duration = Duration::from_millis(40);

/// So much later than due is no noise.
const SECOND: Duration = Duration::from_secs(1);

/// A deadline that passes.
const SOON: Duration = Duration::from_millis(120);

/// What the work of the panicking call says.
pub(super) const PANIC: &str = "the work of one call panics, as the suite wants it to";

/// Complains unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($complaint:tt)*) => {
        if !$condition {
            return Err(format!($($complaint)*));
        }
    };
}

/// What takes a release build: ten times as much as the debug build's patience.
pub(super) const LARGE: &[(&str, Promise)] =
    &[("ten thousand calls, one in ten failing", ten_thousand_calls_one_in_ten_failing)];

/// Every promise, in the order of the contract.
pub(super) const ALL: &[(&str, Promise)] = &[
    ("all calls wait at the same time", all_calls_wait_at_the_same_time),
    ("never more calls in flight than allowed", never_more_in_flight_than_allowed),
    ("outcomes come in the order of calls", outcomes_come_in_the_order_of_calls),
    ("no calls, no outcomes", no_calls_no_outcomes),
    ("a late call does not delay the rest", a_late_call_does_not_delay_the_rest),
    ("a deadline is for the whole call", a_deadline_is_for_the_whole_call),
    ("no time at all is too little", no_time_at_all_is_too_little),
    ("a huge timeout is no timeout", a_huge_timeout_is_no_timeout),
    ("a refused port fails every call at once", a_refused_port_fails_every_call_at_once),
    ("a name leads to a port where nobody listens", a_name_leads_to_a_refused_port),
    ("a line break in a path is never sent", a_line_break_in_a_path_is_never_sent),
    ("a large body arrives whole", a_large_body_arrives_whole),
    ("a diamond's middle is made together", a_diamonds_middle_is_made_together),
    ("a diamond keeps to the limit too", a_diamond_keeps_to_the_limit_too),
    ("a diamond ends with its first failure", a_diamond_ends_with_its_first_failure),
    ("a wrong token fails a diamond", a_wrong_token_fails_a_diamond),
    ("a run cancelled before it starts makes no call", cancelled_before_it_starts),
    ("cancelling ends what waits by its deadline", cancelling_ends_what_waits),
    ("cancelling ends what connects", |stage| cancelling_ends_what(stage, &Scene::BacklogFull)),
    ("cancelling ends what sends", |stage| {
        cancelling_ends_what(stage, &Scene::PlayNarrow(Script::new().hold()))
    }),
    ("cancelling ends what receives", |stage| cancelling_ends_what(stage, &Scene::Play(endless_body()))),
    ("a diamond can be cancelled", a_diamond_can_be_cancelled),
    ("work is done with each reply", work_is_done_with_each_reply),
    ("a panic in the work costs one call", a_panic_in_the_work_costs_one_call),
    ("a trace has every milestone in order", a_trace_has_every_milestone_in_order),
    ("a thousand calls, one in ten failing", a_thousand_calls_one_in_ten_failing),
    ("slots and descriptors are reused, calls never mixed up", slots_are_reused),
    #[cfg(unix)]
    ("running out of descriptors costs calls, not the run", running_out_of_descriptors),
];

fn all_calls_wait_at_the_same_time(stage: &mut Stage) -> Result<(), String> {
    let count = 60.min(stage.at_once.saturating_mul(3));
    let calls = stage.calls(count, LATENCY);
    answers(&stage.fan_out(&Run::default(), &calls)?)?;
    let (peak, due) = (stage.mock.stats().peak_in_flight, count.min(stage.at_once) as u64);
    ensure!(peak == due, "{peak} calls were in flight, not {due}");
    Ok(())
}

fn never_more_in_flight_than_allowed(stage: &mut Stage) -> Result<(), String> {
    for limit in [1, 4] {
        let calls = stage.calls(3 * limit, LATENCY / 4);
        answers(&stage.fan_out(&limited(limit), &calls)?)?;
        let (peak, due) = (stage.mock.stats().peak_in_flight, limit.min(stage.at_once) as u64);
        ensure!(peak == due, "{peak} calls were in flight where {limit} were allowed, and {due} possible");
    }
    Ok(())
}

/// The later a call starts, the sooner it is answered.
fn outcomes_come_in_the_order_of_calls(stage: &mut Stage) -> Result<(), String> {
    let call = |id: u32| stage.call(&format!("/echo/{id}"), Duration::from_millis(2) * (20 - id));
    let calls: Vec<_> = (0..20).map(call).collect();
    answers(&stage.fan_out(&Run::default(), &calls)?)
}

fn no_calls_no_outcomes(stage: &mut Stage) -> Result<(), String> {
    stage.fan_out(&Run::default(), &[]).map(|_| ())
}

fn a_late_call_does_not_delay_the_rest(stage: &mut Stage) -> Result<(), String> {
    let mut calls = stage.calls(10, Duration::from_millis(5));
    calls[3] = Call { timeout: SOON, ..stage.call("/echo/3", PATIENT) };
    let started = Instant::now();
    let mut outcomes = stage.fan_out(&Run::default(), &calls)?;
    let took = started.elapsed();
    ensure!(outcomes[3] == Err(Failure::TimedOut), "the late call ended with {:?}", outcomes[3]);
    ensure!(took >= SOON, "the deadline was {} ms early", (SOON - took).as_millis());
    outcomes[3] = Ok(Reply { status: 200, body: b"3".to_vec(), worked: None });
    answers(&outcomes)?;
    Ok(())
}

/// Each byte comes in time for a limit on each read, and all of them too late for the call.
fn a_deadline_is_for_the_whole_call(stage: &mut Stage) -> Result<(), String> {
    let drip = Script::new().read_head().drip("HTTP/1.1 200 OK\r\n\r\n".repeat(20), 1, SOON / 4);
    let server = stage.mock.fault(drip).map_err(|error| error.to_string())?;
    let call = Call::get(&server.url(), SOON).map_err(|error| error.to_string())?;
    let started = Instant::now();
    let outcome = &stage.fan_out(&Run::default(), &[call])?[0];
    ensure!(*outcome == Err(Failure::TimedOut), "ended with {}", short(outcome));
    ensure!(started.elapsed() < SOON * 3, "took {} ms", started.elapsed().as_millis());
    Ok(())
}

fn no_time_at_all_is_too_little(stage: &mut Stage) -> Result<(), String> {
    let mut calls = stage.calls(3, Duration::ZERO);
    calls[1].timeout = Duration::ZERO;
    let outcomes = stage.fan_out(&Run::default(), &calls)?;
    ensure!(outcomes[1] == Err(Failure::TimedOut), "ended with {:?}", outcomes[1]);
    ensure!(outcomes[0].is_ok() && outcomes[2].is_ok(), "its neighbours: {outcomes:?}");
    Ok(())
}

fn a_huge_timeout_is_no_timeout(stage: &mut Stage) -> Result<(), String> {
    let mut calls = stage.calls(3, Duration::from_millis(2));
    calls.iter_mut().for_each(|call| call.timeout = Duration::MAX);
    answers(&stage.fan_out(&Run::default(), &calls)?)
}

fn a_refused_port_fails_every_call_at_once(stage: &mut Stage) -> Result<(), String> {
    let call =
        Call::get(&format!("http://127.0.0.1:{}/", free_port()?), PATIENT).map_err(|e| e.to_string())?;
    let started = Instant::now();
    let outcomes = stage.fan_out(&Run::default(), &vec![call; 50])?;
    ensure!(outcomes.iter().all(|outcome| *outcome == Err(Failure::ConnectRefused)), "{:?}", outcomes[0]);
    ensure!(started.elapsed() < PATIENT / 2, "took {} ms", started.elapsed().as_millis());
    stage.still_works()
}

fn a_name_leads_to_a_refused_port(stage: &mut Stage) -> Result<(), String> {
    let call =
        Call::get(&format!("http://localhost:{}/", free_port()?), PATIENT).map_err(|e| e.to_string())?;
    let outcome = &stage.fan_out(&Run::default(), &[call])?[0];
    ensure!(*outcome == Err(Failure::ConnectRefused), "ended with {outcome:?}");
    Ok(())
}

fn a_line_break_in_a_path_is_never_sent(stage: &mut Stage) -> Result<(), String> {
    let mut calls = stage.calls(5, Duration::ZERO);
    for (call, path) in calls[1..4].iter_mut().zip(["/a\rb", "/a\nHost: other", "/a\0b"]) {
        call.path = path.into();
    }
    let outcomes = stage.fan_out(&Run::default(), &calls)?;
    let refused = |outcome: &Outcome| matches!(outcome, Err(Failure::Unsendable(_)));
    ensure!(outcomes[1..4].iter().all(refused), "ended with {:?}", &outcomes[1..4]);
    ensure!(outcomes[0].is_ok() && outcomes[4].is_ok(), "the neighbours: {outcomes:?}");
    let requests = stage.mock.stats().requests;
    ensure!(requests == 2, "{requests} requests arrived, not 2");
    Ok(())
}

fn a_large_body_arrives_whole(stage: &mut Stage) -> Result<(), String> {
    const BYTES: u64 = 3_000_000;
    let call = stage.call(&format!("/files/large?bytes={BYTES}"), Duration::ZERO);
    let outcome = stage.fan_out(&Run::default(), &[call])?.remove(0);
    let body = outcome.map_err(|failure| failure.to_string())?.body;
    ensure!(body == downstream_mock::file_bytes("large", 0..BYTES), "{} bytes, or others", body.len());
    Ok(())
}

fn a_diamonds_middle_is_made_together(stage: &mut Stage) -> Result<(), String> {
    let mock = slow_mock(LATENCY)?;
    let started = Instant::now();
    let reply = stage.diamond(&Run::default(), diamond(&mock))?.map_err(|failure| failure.to_string())?;
    let took = started.elapsed();
    ensure!(
        reply.body == DIAMOND_COMPLETE.as_bytes(),
        "E answered {:?}",
        reply.body.escape_ascii().to_string()
    );
    let (stats, together) = (mock.stats(), stage.at_once.min(3));
    ensure!(stats.requests == 5, "{} requests were made, not 5", stats.requests);
    ensure!(stats.peak_in_flight == together as u64, "{} at a time, not {together}", stats.peak_in_flight);
    let latencies = if together == 3 { 3 } else { 5 };
    ensure!(took >= LATENCY * latencies, "took {} ms: a latency was left out", took.as_millis());
    ensure!(took < LATENCY * latencies + SECOND, "took {} ms, not {latencies} latencies", took.as_millis());
    Ok(())
}

fn a_diamond_keeps_to_the_limit_too(stage: &mut Stage) -> Result<(), String> {
    for limit in [1, 2] {
        let mock = slow_mock(LATENCY / 4)?;
        stage.diamond(&limited(limit), diamond(&mock))?.map_err(|failure| failure.to_string())?;
        let (peak, due) = (mock.stats().peak_in_flight, limit.min(stage.at_once) as u64);
        ensure!(peak == due, "{peak} calls were in flight where {limit} were allowed, and {due} possible");
    }
    Ok(())
}

/// B's connection is reset while C and D wait: nobody waits for them longer than their deadline, and E is never asked.
fn a_diamond_ends_with_its_first_failure(stage: &mut Stage) -> Result<(), String> {
    let server = BrokenDiamond::start()?;
    let base = Call { timeout: SOON * 2, ..server.base.clone() };
    let started = Instant::now();
    let outcome = stage.diamond(&Run::default(), base)?;
    ensure!(matches!(outcome, Err(Failure::Reset | Failure::Incomplete)), "ended with {outcome:?}");
    ensure!(started.elapsed() < SOON * 6, "took {} ms", started.elapsed().as_millis());
    let asked = server.stop();
    ensure!(!asked.contains(&b'e'), "asked for {:?}", String::from_utf8_lossy(&asked));
    Ok(())
}

fn a_wrong_token_fails_a_diamond(stage: &mut Stage) -> Result<(), String> {
    for (path, status) in [("/diamond/b?a=wrong&rest=", 403), ("/status/500?rest=", 500)] {
        let base = Call { path: path.into(), ..stage.call("/", Duration::ZERO) };
        let outcome = stage.diamond(&Run::default(), base)?;
        ensure!(outcome == Err(Failure::UnexpectedStatus(status)), "{path} ended with {outcome:?}");
        let requests = stage.mock.stats().requests;
        ensure!(requests == 1, "{requests} requests were made after the first had failed");
    }
    Ok(())
}

fn cancelled_before_it_starts(stage: &mut Stage) -> Result<(), String> {
    let run = cancellable()?;
    run.cancel.cancel();
    let calls = stage.calls(10, Duration::ZERO);
    let outcomes = stage.fan_out(&run, &calls)?;
    ensure!(outcomes.iter().all(cancelled), "ended with {outcomes:?}");
    let requests = stage.mock.stats().requests;
    ensure!(requests == 0, "{requests} requests were made");
    stage.still_works()
}

fn cancelling_ends_what_waits(stage: &mut Stage) -> Result<(), String> {
    let run = Run { in_flight: limited(4).in_flight, ..cancellable()? };
    let mut calls = stage.calls(12, PATIENT);
    calls.iter_mut().for_each(|call| call.timeout = SOON * 2);
    let (started, cancel) = (Instant::now(), run.cancel.clone());
    let canceller = thread::spawn(move || {
        thread::sleep(SOON / 2);
        cancel.cancel();
    });
    // The helper thread is over before the run is: the run waits for its calls.
    let outcomes = stage.fan_out(&run, &calls);
    canceller.join().map_err(|_| "the cancelling thread panicked")?;
    let outcomes = outcomes?;
    let ended = |outcome: &Outcome| matches!(outcome, Err(Failure::Cancelled | Failure::TimedOut));
    ensure!(outcomes.iter().all(ended), "ended with {outcomes:?}");
    let never_started = outcomes.iter().filter(|outcome| cancelled(outcome)).count();
    ensure!(never_started >= 8, "only {never_started} of 12 are cancelled, where 4 may wait: {outcomes:?}");
    ensure!(started.elapsed() < SOON * 4, "took {} ms", started.elapsed().as_millis());
    let requests = stage.mock.stats().requests;
    ensure!(requests <= 4, "{requests} requests were made");
    stage.still_works()
}

/// In the middle of a phase; a model that can't be woken there ends at its deadline, no later.
fn cancelling_ends_what(stage: &mut Stage, scene: &Scene) -> Result<(), String> {
    stage.leaving_nothing_behind(|stage| {
        let server = stage.mock.scene(scene).map_err(|error| error.to_string())?;
        let call = Call::get(&server.url(), SOON * 4).map_err(|error| error.to_string())?;
        let run = cancellable()?;
        let cancel = run.cancel.clone();
        let canceller = thread::spawn(move || {
            thread::sleep(SOON / 2);
            cancel.cancel();
        });
        let started = Instant::now();
        let outcomes = stage.fan_out_beside(&run, &[call.with_path(&long_path())]);
        canceller.join().map_err(|_| "the cancelling thread panicked")?;
        let outcome = &outcomes?[0];
        let ended = matches!(outcome, Err(Failure::Cancelled | Failure::TimedOut));
        ensure!(ended, "ended with {outcome:?}");
        ensure!(started.elapsed() < SOON * 6, "took {} ms", started.elapsed().as_millis());
        Ok(())
    })?;
    stage.still_works()
}

/// So long that a narrow peer does not take it in one piece.
fn long_path() -> String {
    format!("/{}", "x".repeat(60_000))
}

/// Drips for longer than any deadline.
fn endless_body() -> Script {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
    Script::new().read_head().send(head).repeat("x", SOON / 8)
}

fn a_diamond_can_be_cancelled(stage: &mut Stage) -> Result<(), String> {
    let run = cancellable()?;
    run.cancel.cancel();
    let outcome = stage.diamond(&run, diamond(&stage.mock))?;
    ensure!(outcome == Err(Failure::Cancelled), "ended with {outcome:?}");
    Ok(())
}

fn work_is_done_with_each_reply(stage: &mut Stage) -> Result<(), String> {
    let run = Run { work: Work::Fibonacci(15), ..Run::default() };
    let calls = stage.calls(10, Duration::ZERO);
    for outcome in stage.fan_out(&run, &calls)? {
        ensure!(outcome.as_ref().is_ok_and(|reply| reply.worked == Some(610)), "worked out {outcome:?}");
    }
    Ok(())
}

fn a_panic_in_the_work_costs_one_call(stage: &mut Stage) -> Result<(), String> {
    let panics_at_5 = |reply: &Reply| if reply.body == b"5" { panic!("{PANIC}") } else { 1 };
    let run = Run { work: Work::Function(panics_at_5), ..Run::default() };
    let calls = stage.calls(10, Duration::ZERO);
    for (id, outcome) in stage.fan_out(&run, &calls)?.into_iter().enumerate() {
        let held = if id == 5 { outcome == Err(Failure::WorkPanicked) } else { outcome.is_ok() };
        ensure!(held, "call {id} ended with {outcome:?}");
    }
    stage.still_works()
}

/// A model that traces nothing at all (its calls are made in another process) breaks nothing.
fn a_trace_has_every_milestone_in_order(stage: &mut Stage) -> Result<(), String> {
    let run = Run { trace: Trace::on(), ..Run::default() };
    let calls = stage.calls(5, Duration::from_millis(2));
    stage.fan_out(&run, &calls)?;
    let marks = run.trace.marks();
    for call in 0..5 {
        let order: Vec<_> =
            marks.iter().filter(|mark| mark.call == call).map(|mark| mark.milestone).collect();
        let due = [Milestone::Started, Milestone::Sent, Milestone::FirstByte, Milestone::Finished];
        ensure!(marks.is_empty() || order == due, "call {call} was traced as {order:?}");
    }
    Ok(())
}

fn a_thousand_calls_one_in_ten_failing(stage: &mut Stage) -> Result<(), String> {
    some_fail(stage, 1000, 10, &limited(100))
}

fn ten_thousand_calls_one_in_ten_failing(stage: &mut Stage) -> Result<(), String> {
    some_fail(stage, 10_000, 10, &limited(3000))
}

/// Every second call fails, so that the next one gets its slot and its descriptor while events may still be on the way.
fn slots_are_reused(stage: &mut Stage) -> Result<(), String> {
    some_fail(stage, 300, 2, &limited(6))
}

/// Of so many calls, every nth fails: refused, reset, closed early or too late.
fn some_fail(stage: &mut Stage, count: usize, every: usize, run: &Run) -> Result<(), String> {
    stage.leaving_nothing_behind(|stage| {
        let reset = stage.mock.fault(Script::new().read_head().reset()).map_err(|error| error.to_string())?;
        let close = stage.mock.fault(Script::new().read_head()).map_err(|error| error.to_string())?;
        let hold = stage.mock.fault(Script::new().read_head().hold()).map_err(|error| error.to_string())?;
        let refused = format!("http://127.0.0.1:{}/", free_port()?);
        let late = Duration::from_millis(10);
        let kinds = [(refused, PATIENT), (reset.url(), PATIENT), (close.url(), PATIENT), (hold.url(), late)];
        let mut calls = stage.calls(count, Duration::ZERO);
        for (nth, call) in calls.iter_mut().step_by(every).enumerate() {
            let (url, timeout) = &kinds[nth % kinds.len()];
            *call = Call::get(url, *timeout).map_err(|error| error.to_string())?;
        }
        for (at, outcome) in stage.fan_out_beside(run, &calls)?.iter().enumerate() {
            let held = match (at % every, at / every % kinds.len(), outcome) {
                (0, 0, outcome) => *outcome == Err(Failure::ConnectRefused),
                (0, 1, outcome) => *outcome == Err(Failure::Reset),
                (0, 2, outcome) => *outcome == Err(Failure::Incomplete),
                (0, _, outcome) => *outcome == Err(Failure::TimedOut),
                (_, _, outcome) => {
                    outcome.as_ref().is_ok_and(|reply| reply.body == at.to_string().as_bytes())
                }
            };
            ensure!(held, "call {at} ended with {outcome:?}");
        }
        Ok(())
    })?;
    stage.still_works()
}

/// Twenty descriptors for sixty calls: some fail, or wait; none is lost, and nothing stays broken. The mock has to live
/// within the same limit, so that calls may also end at their deadline. Who has few calls in flight never runs out.
#[cfg(unix)]
fn running_out_of_descriptors(stage: &mut Stage) -> Result<(), String> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let mut calls = stage.calls(60.min(stage.at_once.saturating_mul(3)), LATENCY);
    calls.iter_mut().for_each(|call| call.timeout = SOON * 2);
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(|error| error.to_string())?;
    let open = super::resources::Resources::now().descriptors as u64;
    setrlimit(Resource::RLIMIT_NOFILE, (open + 20).min(hard), hard).map_err(|error| error.to_string())?;
    let outcomes = stage.fan_out(&Run::default(), &calls);
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).map_err(|error| error.to_string())?;
    let known = |outcome: &Outcome| matches!(outcome, Ok(_) | Err(Failure::System(_) | Failure::TimedOut));
    let outcomes = outcomes?;
    ensure!(outcomes.iter().all(known), "ended with {outcomes:?}");
    stage.still_works()
}

fn cancelled(outcome: &Outcome) -> bool {
    *outcome == Err(Failure::Cancelled)
}

fn cancellable() -> Result<Run, String> {
    let cancel = Cancel::new().map_err(|error| error.to_string())?;
    Ok(Run { cancel, ..Run::default() })
}

/// A port where nobody listens: it was free a moment ago.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(|error| error.to_string())?;
    listener.local_addr().map(|address| address.port()).map_err(|error| error.to_string())
}

fn slow_mock(latency: Duration) -> Result<Mock, String> {
    Mock::start(Config { latency, ..Config::default() }).map_err(|error| error.to_string())
}

fn diamond(mock: &Mock) -> Call {
    Call::get(&format!("{}/diamond", mock.url()), PATIENT).expect("the mock's own URL")
}
