//! One sentence that says what to see in a run, made from its lanes alone.
//!
//! *What to notice*: each part is a fact of the lanes: what the threads did for most of the time, how the calls followed each
//! other, whether waiting cost a core, and which calls have no answer. What was not seen is said, and not guessed.

use crate::blocked::{BLOCKED_US, Blocked, Blocker, blocked};
use crate::group::{Group, Habit, groups};
use crate::pace::{Pace, busy_waiters, last_begun_us, late, pace};
use crate::words::{count, plain, seconds};
use crate::{CallLane, CallState, Lanes};

/// A thread that lived for less than this part of the run is not told.
const SHORT_LIFE: u64 = 10;

/// What to see in these lanes; without a full stop.
#[must_use]
pub fn sentence(lanes: &Lanes) -> String {
    let held = blockers(&blocked(lanes)).or_else(|| ready(lanes));
    let facts = std::iter::once(waiting(lanes)).chain(held).chain(failures(lanes));
    facts.collect::<Vec<_>>().join("; ")
}

/// What the threads did while the calls waited.
fn waiting(lanes: &Lanes) -> String {
    let groups = lasting(lanes);
    let calls = calls(lanes, &groups);
    let joint = if pace(lanes) == Pace::Together { ":" } else { ";" };
    let cost = match busy_waiters(lanes) {
        0 => String::new(),
        1 => format!("{joint} waiting cost a core"),
        threads => format!("{joint} waiting cost {threads} cores"),
    };
    match threads(&groups) {
        Some(threads) => format!("{threads}{calls}{cost}"),
        None => format!("nothing is known of the threads{calls}"),
    }
}

/// Groups of threads that were there for a while: not those of a shell that has started the program.
fn lasting(lanes: &Lanes) -> Vec<Group<'_>> {
    let lasted = |group: &Group<'_>| {
        group.threads.iter().any(|thread| thread.seen_us() >= lanes.until_us / SHORT_LIFE)
    };
    groups(lanes).into_iter().filter(lasted).collect()
}

/// The two largest groups.
fn threads(groups: &[Group<'_>]) -> Option<String> {
    let [first, others @ ..] = groups else { return None };
    let (number, share) = (number(first), (first.share() * 100.0).round());
    let mut text = format!("{number} {} for {share} % of the time", did(first.habit));
    if let Some(second) = others.first() {
        text += &format!(", and {} {}", count(second.threads.len(), "", ""), did(second.habit));
    }
    Some(text)
}

fn number(group: &Group<'_>) -> String {
    let threads = count(group.threads.len(), " thread", " threads");
    match group.processes() {
        0 | 1 => threads,
        processes => format!("{threads} in {processes} processes"),
    }
}

fn did(habit: Habit<'_>) -> String {
    match habit {
        Habit::Ran => "ran".into(),
        Habit::Queued => "waited for a core".into(),
        Habit::SleptIn(call) => format!("slept in {}", plain(call)),
    }
}

/// How the calls followed each other; joined to what the threads did.
fn calls(lanes: &Lanes, groups: &[Group<'_>]) -> String {
    let calls = lanes.calls.len();
    match pace(lanes) {
        Pace::NoCall => ", and no call was begun".into(),
        Pace::Together => format!(" while {} waited", count(calls, " call", " calls")),
        Pace::OneByOne => {
            let took_us = lanes.calls.iter().map(CallLane::until_us).max().unwrap_or(0);
            format!(" while {calls} calls waited one after the other, for {}", seconds(took_us))
        }
        Pace::AtMost(most) => in_turns(lanes, groups, most),
    }
}

/// Why some calls were begun later than others, if the lanes show it.
fn in_turns(lanes: &Lanes, groups: &[Group<'_>], most: usize) -> String {
    let late = count(late(lanes), " call", " calls");
    let last = format!("the last one began after {}", seconds(last_begun_us(lanes)));
    if lanes.about.in_flight == Some(most) {
        format!("; {late} had to wait until one of the {most} in flight was over: {last}")
    } else if groups.iter().any(|group| group.threads.len() == most) {
        format!("; {late} had to wait for a thread: {last}")
    } else {
        format!(" while at most {most} of {} calls waited at a time, and {last}", lanes.calls.len())
    }
}

/// Which call kept the most answers waiting, and how often others did.
fn blockers(blocked: &[Blocked]) -> Option<String> {
    // Of equal ones the first.
    let worst = blocked.iter().rev().max_by_key(|blocked| (blocked.ready, blocked.length_us()))?;
    let (length, others) = (seconds(worst.length_us()), blocked.len() - 1);
    let (told, more) = match &worst.by {
        Blocker::Work(call) => {
            let answers = count(worst.ready, " answer lay ready", " answers lay ready");
            let told = format!("call {call}'s work held the loop for {length} while {answers}");
            (told, count(others, " other call held it too", " other calls held it too"))
        }
        Blocker::Away { from, after } => {
            let answers = count(worst.ready, " answer came", " answers came");
            let after = after.map(|call| format!(" after call {call}'s answer")).unwrap_or_default();
            let told = format!("a thread was away from {} for {length}{after} while {answers}", plain(from));
            (told, count(others, " more time", " more times"))
        }
    };
    Some(if others == 0 { told } else { format!("{told}, and {more}") })
}

/// How long answers had to wait for the client, if that was long: many short pieces of work add up.
fn ready(lanes: &Lanes) -> Option<String> {
    let spans = lanes.calls.iter().flat_map(|call| &call.spans).filter(|span| span.state == CallState::Ready);
    let longest_us = spans.map(|span| span.until_us - span.from_us).max()?;
    (longest_us > BLOCKED_US).then(|| format!("answers lay ready for up to {}", seconds(longest_us)))
}

/// What went wrong.
fn failures(lanes: &Lanes) -> Vec<String> {
    let Some(end) = &lanes.end else { return Vec::new() };
    let total = lanes.about.calls;
    let failed =
        (end.failed > 0).then(|| format!("{} of {total} calls had no right answer", end.failed.min(total)));
    let fault = end.fault.as_ref().map(|fault| format!("it failed: {}", plain(fault)));
    failed.into_iter().chain(fault).collect()
}
