//! One sentence that says what to see in a run, made from its lanes alone.
//!
//! *What to notice*: each part is a fact of the lanes: what the threads that waited for the answers did while calls waited, how the
//! calls followed each other, who did the work, and which calls have no answer. Threads that did something else are told
//! last, and only if they are many. What was not seen is said, and not guessed.

use std::collections::HashSet;
use std::ops::Range;

use crate::blocked::{BLOCKED_US, Blocked, Blocker, blocked};
use crate::group::{Group, Habit, groups};
use crate::pace::{Pace, before_any_answer, last_begun_us, late, pace};
use crate::spent::{Spent, times_of, times_of_waiting};
use crate::waiters::{Shares, Waiters};
use crate::words::{count, plain, seconds};
use crate::{CallLane, CallState, Lanes, ThreadLane};

/// In percent: what is less is not told beside what is more.
const LITTLE: f64 = 10.0;

/// In percent: threads that wait for a core for longer have too few cores.
const LONG: f64 = 25.0;

/// What to see in these lanes; without a full stop.
#[must_use]
pub fn sentence(lanes: &Lanes) -> String {
    let times = times_of_waiting(lanes);
    let waiters = Waiters::of(lanes, &times);
    let waiting = groups(waiters.threads.iter().copied(), &times);
    let blocked = blocked(lanes);
    let facts = std::iter::once(waited(lanes, &waiters, &waiting));
    let facts = facts.chain(queue(lanes, &waiters));
    let facts = facts.chain(work(lanes, blocked.is_empty()).or_else(|| others(&waiters, &times)));
    let facts = facts.chain(unwatched(lanes)).chain(blockers(&blocked).or_else(|| ready(lanes)));
    facts.chain(failures(lanes)).collect::<Vec<_>>().join("; ")
}

/// What the threads did that waited for the answers, and for how many calls.
fn waited(lanes: &Lanes, waiters: &Waiters<'_>, waiting: &[Group<'_>]) -> String {
    let calls = calls(lanes, waiters);
    let busy = before_any_answer(lanes).map_or(0, |time| waiters.busy(&time));
    let cost = match busy {
        0 => String::new(),
        1 => ": waiting cost a core".into(),
        threads => format!(": waiting cost {threads} cores"),
    };
    match threads(lanes, waiting) {
        Some(threads) => format!("{threads}{calls}{cost}"),
        None => format!("nothing is known of the threads{calls}"),
    }
}

/// The two largest groups.
fn threads(lanes: &Lanes, waiting: &[Group<'_>]) -> Option<String> {
    let [first, others @ ..] = waiting else { return None };
    let mut text = format!("{} {}", number(lanes, first), did_for(&first.spent));
    if let Some(second) = others.first() {
        text += &format!(", and {} {},", count(second.threads.len(), "", ""), did(second.habit));
    }
    Some(text)
}

fn number(lanes: &Lanes, group: &Group<'_>) -> String {
    let threads = match lanes.unwatched_threads() {
        0 => count(group.threads.len(), " thread", " threads"),
        _ => format!("{} of {} watched threads", count(group.threads.len(), "", ""), lanes.threads.len()),
    };
    match group.processes() {
        0 | 1 => threads,
        processes => format!("{threads} in {processes} processes"),
    }
}

/// `slept in read for 98 % of the time`.
fn did_for(spent: &Spent<'_>) -> String {
    let percent = |habit: Habit<'_>| spent.share(habit) * 100.0;
    let (ran, queued) = (percent(Habit::Ran), percent(Habit::Queued));
    let long = |habit: Habit<'_>| format!("{} for {:.0} % of the time", did(habit), percent(habit));
    match spent.habit() {
        Habit::Ran | Habit::Queued if ran > LITTLE && queued > LITTLE => {
            format!("{} and waited for a core for {queued:.0} %", long(Habit::Ran))
        }
        habit => long(habit),
    }
}

fn did(habit: Habit<'_>) -> String {
    match habit {
        Habit::Ran => "ran".into(),
        Habit::Queued => "waited for a core".into(),
        Habit::SleptIn(call) => format!("slept in {}", plain(call)),
    }
}

/// How many calls waited, and how they followed each other; joined to what the threads did.
fn calls(lanes: &Lanes, waiters: &Waiters<'_>) -> String {
    let calls = lanes.calls.len();
    match pace(lanes) {
        Pace::NoCall => ", and no call was begun".into(),
        Pace::Together => {
            format!(" while {} waited{}", count(calls, " call", " calls"), shared(lanes, waiters))
        }
        Pace::OneByOne => {
            let took_us = lanes.calls.iter().map(CallLane::until_us).max().unwrap_or(0);
            format!(" while {calls} calls waited one after the other, for {}", seconds(took_us))
        }
        Pace::AtMost(most) => format!(" while at most {most} of {calls} calls waited at a time"),
    }
}

/// How the calls are spread over the threads that read their answers.
fn shared(lanes: &Lanes, waiters: &Waiters<'_>) -> String {
    let Shares { threads, fewest, most } = Shares::of(lanes);
    if threads < 2 || threads < waiters.threads.len() {
        String::new()
    } else if most == 1 {
        ", each on a thread of its own".into()
    } else if fewest == most {
        format!(", {most} on each")
    } else {
        format!(", {fewest} to {most} on each")
    }
}

/// Why some calls were begun later than others, if the lanes show it.
fn queue(lanes: &Lanes, waiters: &Waiters<'_>) -> Option<String> {
    let Pace::AtMost(most) = pace(lanes) else { return None };
    let late = count(late(lanes), " call", " calls");
    let last = format!("the last one began after {}", seconds(last_begun_us(lanes)));
    Some(if lanes.about.in_flight == Some(most) {
        format!("{late} had to wait until one of the {most} in flight was over: {last}")
    } else if waiters.threads.len() == most {
        format!("{late} had to wait for a thread: {last}")
    } else {
        last
    })
}

/// Who did the work, if threads did it that did not wait, or more than there are cores for.
fn work(lanes: &Lanes, held_no_loop: bool) -> Option<String> {
    let readers: HashSet<u32> = lanes.calls.iter().filter_map(|call| call.handled_on).collect();
    let workers: HashSet<u32> = lanes.calls.iter().filter_map(|call| call.worked_on).collect();
    let times = times_of(&lanes.calls, &[CallState::Computing]);
    let is_worker = |thread: &&ThreadLane| workers.contains(&thread.thread.thread);
    let mut spent = Spent::default();
    lanes.threads.iter().filter(is_worker).for_each(|thread| spent.add(&Spent::of(thread, &times)));
    let waited = spent.share(Habit::Queued) * 100.0;
    let too_few = (workers.len() > 1 && waited > LONG)
        .then(|| format!(" and waited for a core for {waited:.0} % of that time"));
    if !workers.is_empty() && workers.is_disjoint(&readers) {
        let threads = count(workers.len(), " other thread", " other threads");
        Some(format!("{threads} did the work{}", too_few.unwrap_or_default()))
    } else {
        let too_few = too_few.filter(|_| held_no_loop)?;
        Some(format!("{} threads did the work{too_few}", workers.len()))
    }
}

/// Threads that did not wait for answers, if there are more of them than of those that did.
fn others(waiters: &Waiters<'_>, times: &[Range<u64>]) -> Option<String> {
    if waiters.others.len() <= waiters.threads.len() {
        return None;
    }
    let groups = groups(waiters.others.iter().copied(), times);
    let most = groups.first()?;
    let threads = count(most.threads.len(), " other thread", " other threads");
    Some(format!("{threads} {}", did(most.habit)))
}

fn unwatched(lanes: &Lanes) -> Option<String> {
    match lanes.unwatched_threads() {
        0 => None,
        threads => Some(count(threads, " more thread was not watched", " more threads were not watched")),
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
