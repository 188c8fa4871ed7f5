//! Runs as a trace that Perfetto's page opens (ui.perfetto.dev): a track for each thread, and one for each call.
//!
//! *What to notice*: the format is Chrome's Trace Event Format, JSON, which Perfetto imports. It knows processes and threads, so
//! each run is two processes there, its threads and its calls, and a call is a thread with the number of the call.
//!
//! *What is deliberately missing*: folding. Perfetto is for looking at single calls; it draws ten thousand of them.

use std::io::{self, Write};

use serde::Serialize;

use crate::{CallLane, Lanes, Stretch, ThreadLane, ThreadState, sentence};

/// One event of the format, with the names that it has there.
#[derive(Serialize)]
#[serde(tag = "ph")]
enum TraceEvent {
    /// Something that lasts: `ts` and `dur` are microseconds.
    #[serde(rename = "X")]
    Complete { name: String, cat: &'static str, pid: usize, tid: usize, ts: u64, dur: u64, args: Used },
    /// What a process or thread is called, and where it stands.
    #[serde(rename = "M")]
    Metadata {
        name: &'static str,
        pid: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        tid: Option<usize>,
        args: Told,
    },
}

/// What is shown of an event that was selected.
#[derive(Serialize)]
struct Used {
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_us: Option<u64>,
}

/// What a metadata event tells.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Name(String),
    Labels(String),
    SortIndex(usize),
}

/// The first process. Perfetto takes a thread with its process's number for the main one, and no thread or call has such a
/// number.
const FIRST_PROCESS: usize = 1_000_000_000;

/// Writes these runs, the first one on top.
///
/// # Errors
/// Those of `out`.
pub fn perfetto(runs: &[Lanes], mut out: impl Write) -> io::Result<()> {
    write!(out, "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
    let events = runs.iter().enumerate().flat_map(|(at, lanes)| events(FIRST_PROCESS + 2 * at, lanes));
    for (at, event) in events.enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut out, &event)?;
    }
    writeln!(out, "\n]}}")?;
    out.flush()
}

/// The events of one run: its threads are process number `pid`, and its calls the next one.
fn events(pid: usize, lanes: &Lanes) -> impl Iterator<Item = TraceEvent> {
    let name = &lanes.about.contestant;
    let processes = [
        process(pid, format!("{name}: threads"), said(lanes)),
        process(pid + 1, format!("{name}: calls"), String::new()),
    ];
    let threads = lanes.threads.iter().flat_map(move |lane| thread(pid, lane));
    let calls = lanes.calls.iter().flat_map(move |lane| call(pid + 1, lane));
    processes.into_iter().flatten().chain(threads).chain(calls)
}

/// The sentence, and what was not seen.
fn said(lanes: &Lanes) -> String {
    let missing = lanes.end.iter().flat_map(|end| &end.missing);
    missing.fold(sentence(lanes), |said, missing| format!("{said}; not seen: {missing}"))
}

fn process(pid: usize, name: String, labels: String) -> [TraceEvent; 3] {
    [
        metadata("process_name", pid, None, Told::Name(name)),
        metadata("process_labels", pid, None, Told::Labels(labels)),
        metadata("process_sort_index", pid, None, Told::SortIndex(pid)),
    ]
}

fn thread(pid: usize, lane: &ThreadLane) -> impl Iterator<Item = TraceEvent> {
    let tid = lane.thread.thread as usize;
    let name = metadata("thread_name", pid, Some(tid), Told::Name(lane.thread.name.clone()));
    let stretch = move |stretch: &Stretch| TraceEvent::Complete {
        name: match &stretch.state {
            ThreadState::Runs => "runs".into(),
            ThreadState::Queued => "waits for a core".into(),
            ThreadState::AsleepIn(call) => format!("asleep in {call}"),
        },
        cat: "thread",
        pid,
        tid,
        ts: stretch.from_us,
        dur: stretch.length_us(),
        args: Used { cpu_us: Some(stretch.cpu_us) },
    };
    std::iter::once(name).chain(lane.stretches.iter().map(stretch))
}

/// Perfetto merges threads 0 and 1, so that calls count from 1 there; their names count from 0.
fn call(pid: usize, lane: &CallLane) -> impl Iterator<Item = TraceEvent> {
    let tid = lane.call + 1;
    let about = [
        metadata("thread_name", pid, Some(tid), Told::Name(format!("call {}", lane.call))),
        metadata("thread_sort_index", pid, Some(tid), Told::SortIndex(tid)),
    ];
    let spans = lane.spans.iter().map(move |span| TraceEvent::Complete {
        name: span.state.name().into(),
        cat: "call",
        pid,
        tid,
        ts: span.from_us,
        dur: span.until_us - span.from_us,
        args: Used { cpu_us: None },
    });
    about.into_iter().chain(spans)
}

fn metadata(name: &'static str, pid: usize, tid: Option<usize>, args: Told) -> TraceEvent {
    TraceEvent::Metadata { name, pid, tid, args }
}
