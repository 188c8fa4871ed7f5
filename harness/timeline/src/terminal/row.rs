//! The rows of a picture: threads and calls, each alone or several of them folded into one.

use super::axis::Axis;
use super::piece::{Paint, Piece, fitted};
use crate::group::{Group, Habit, groups};
use crate::rows::in_rows;
use crate::spent::{ALWAYS, times_of_waiting};
use crate::waiters::Waiters;
use crate::words::{plain, seconds};
use crate::{Band, Blocked, CallLane, CallState, Column, Lanes, ThreadLane, ThreadState};

/// The longest name of a thread or of a system call, in columns.
const LONGEST_NAME: usize = 16;

/// One line with a lane.
pub(super) struct Row<'lanes> {
    pub(super) label: String,
    subject: Subject<'lanes>,
    /// What is to be said at the end of the line.
    pub(super) note: Piece,
}

/// What a row shows.
enum Subject<'lanes> {
    Threads(Vec<&'lanes ThreadLane>),
    Calls(Vec<&'lanes CallLane>),
}

/// One column of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) sign: char,
    pub(super) paint: Paint,
}

/// The rows of the threads, and those of the calls; both together at most `room`, if `room` is 2 or more.
pub(super) fn rows(lanes: &Lanes, room: usize) -> [Vec<Row<'_>>; 2] {
    // Each has half of the room, and what the other one does not need.
    let calls_need = lanes.calls.len().min(room / 2);
    let threads = thread_rows(lanes, room - calls_need);
    let calls = call_rows(lanes, room.saturating_sub(threads.len()).max(1));
    [threads, calls]
}

fn thread_rows(lanes: &Lanes, room: usize) -> Vec<Row<'_>> {
    if lanes.threads.len() <= room {
        return lanes.threads.iter().map(|thread| Row::of_threads(&Group::of(thread, ALWAYS))).collect();
    }
    // Threads that waited for the answers are not folded with those that did the same for another reason.
    let waiters = Waiters::of(lanes, &times_of_waiting(lanes)).threads;
    let (waiting, rest) = lanes.threads.iter().partition::<Vec<_>, _>(|thread| waiters.contains(thread));
    let mut groups: Vec<_> = groups(waiting, ALWAYS).into_iter().chain(groups(rest, ALWAYS)).collect();
    let others: Vec<_> = groups.drain(groups.len().min(room.max(2) - 1)..).collect();
    let mut rows: Vec<_> = groups.iter().map(Row::of_threads).collect();
    match others.as_slice() {
        [] => {}
        [last] => rows.push(Row::of_threads(last)),
        others => rows.push(Row::of_others(others)),
    }
    rows
}

fn call_rows(lanes: &Lanes, room: usize) -> Vec<Row<'_>> {
    in_rows(&lanes.calls, room).into_iter().map(Row::of_calls).collect()
}

impl<'lanes> Row<'lanes> {
    fn of_threads(group: &Group<'lanes>) -> Self {
        let label = match group.threads.as_slice() {
            [one] => {
                let name = fitted(&plain(&one.thread.name), LONGEST_NAME);
                format!("{name} {}", one.thread.thread)
            }
            several => of_one_name(several),
        };
        let (habit, paint) = match group.habit {
            Habit::Ran => ("runs".into(), Paint::Runs),
            Habit::Queued => ("waits for a core".into(), Paint::Queued),
            Habit::SleptIn(call) => (fitted(&plain(call), LONGEST_NAME), Paint::Asleep),
        };
        let note = Piece::new(format!("{habit} {:.0} %", group.share() * 100.0), paint);
        Self { label, subject: Subject::Threads(group.threads.clone()), note }
    }

    fn of_others(groups: &[Group<'lanes>]) -> Self {
        let threads: Vec<_> = groups.iter().flat_map(|group| &group.threads).copied().collect();
        let label = format!("{} others", threads.len());
        Self { label, subject: Subject::Threads(threads), note: Piece::new("", Paint::Plain) }
    }

    fn of_calls(calls: Vec<&'lanes CallLane>) -> Self {
        let unanswered = calls.iter().filter(|call| !call.answered).count();
        let longest_us = calls.iter().map(|call| call.until_us() - call.from_us()).max().unwrap_or(0);
        let note = match (calls.len(), unanswered) {
            (1, 0) => Piece::new(seconds(longest_us), Paint::Faint),
            (_, 0) => Piece::new(format!("≤ {}", seconds(longest_us)), Paint::Faint),
            (1, _) => Piece::new("no answer", Paint::Unanswered),
            (_, unanswered) => Piece::new(format!("{unanswered} no answer"), Paint::Unanswered),
        };
        Self { label: numbers(&calls), subject: Subject::Calls(calls), note }
    }

    pub(super) fn cells(&self, lanes: &Lanes, blocked: &[Blocked], axis: Axis) -> Vec<Cell> {
        match &self.subject {
            Subject::Threads(threads) => thread_cells(threads, blocked, axis),
            Subject::Calls(calls) => call_cells(calls, lanes, axis),
        }
    }
}

/// `8 threads`, and what all of them are called, if they have one name.
fn of_one_name(threads: &[&ThreadLane]) -> String {
    let name = |thread: &ThreadLane| plain(&thread.thread.name);
    let first = threads.first().map(|thread| name(thread)).unwrap_or_default();
    let is_common = threads.iter().all(|thread| name(thread) == first) && !first.is_empty();
    let name = if is_common { fitted(&first, LONGEST_NAME) + " " } else { String::new() };
    format!("{} {name}threads", threads.len())
}

/// `call 3`, `calls 4–7`, or, where numbers in between are in other rows, `4 calls`.
fn numbers(calls: &[&CallLane]) -> String {
    let number = calls.iter().map(|call| call.call);
    let (first, last) = (number.clone().min().unwrap_or(0), number.max().unwrap_or(0));
    match calls.len() {
        1 => format!("call {first}"),
        several if last - first + 1 == several => format!("calls {first}–{last}"),
        several => format!("{several} calls"),
    }
}

/// What the threads did for most of the time of each column, and the stretches in which one of them kept answers waiting.
fn thread_cells(threads: &[&ThreadLane], blocked: &[Blocked], axis: Axis) -> Vec<Cell> {
    let mut spent_us = vec![[0; Cell::OF_THREADS.len()]; axis.columns];
    for thread in threads {
        let habit = Habit::of(thread);
        for stretch in &thread.stretches {
            let state = state(&stretch.state, habit);
            axis.parts(stretch.from_us, stretch.until_us)
                .for_each(|(column, us)| spent_us[column][state] += us);
        }
    }
    let mut cells: Vec<_> = spent_us.into_iter().map(thread_cell).collect();
    let numbers: Vec<_> = threads.iter().map(|thread| thread.thread.thread).collect();
    for blocked in blocked.iter().filter(|blocked| numbers.contains(&blocked.thread)) {
        let last = axis.column(blocked.until_us - 1);
        cells[axis.column(blocked.from_us)..=last].fill(Cell::BLOCKS);
    }
    cells
}

/// Its place in [`Cell::OF_THREADS`].
fn state(state: &ThreadState, habit: Habit<'_>) -> usize {
    match (state, habit) {
        (ThreadState::Runs, _) => 0,
        (ThreadState::Queued, _) => 1,
        (ThreadState::AsleepIn(call), Habit::SleptIn(longest)) if call != longest => 3,
        (ThreadState::AsleepIn(_), Habit::SleptIn(_) | Habit::Ran | Habit::Queued) => 2,
    }
}

fn thread_cell(spent_us: [u64; Cell::OF_THREADS.len()]) -> Cell {
    let cells = Cell::OF_THREADS.into_iter().zip(spent_us);
    let most = cells.filter(|(_, us)| *us > 0).max_by_key(|(_, us)| *us);
    most.map_or(Cell::NOTHING, |(cell, _)| cell)
}

fn call_cells(calls: &[&CallLane], lanes: &Lanes, axis: Axis) -> Vec<Cell> {
    let band = Band::of(calls, axis.columns, axis.until_us);
    let cell = |column: &Column| column.most().map_or(Cell::NOTHING, |(state, _)| Cell::call(state));
    let mut cells: Vec<_> = band.columns.iter().map(cell).collect();
    if let ([CallLane { answered: false, .. }], Some(_)) = (calls, &lanes.end) {
        cells[axis.column(calls[0].until_us())] = Cell::UNANSWERED;
    }
    cells
}

impl Cell {
    pub(super) const NOTHING: Self = Self { sign: ' ', paint: Paint::Plain };
    /// What a thread does, but for [`Cell::BLOCKS`].
    pub(super) const OF_THREADS: [Self; 4] = [Self::RUNS, Self::QUEUED, Self::ASLEEP, Self::ELSEWHERE];
    pub(super) const RUNS: Self = Self { sign: '█', paint: Paint::Runs };
    pub(super) const BLOCKS: Self = Self { sign: '▚', paint: Paint::Blocks };
    pub(super) const QUEUED: Self = Self { sign: '▄', paint: Paint::Queued };
    pub(super) const ASLEEP: Self = Self { sign: '─', paint: Paint::Asleep };
    pub(super) const ELSEWHERE: Self = Self { sign: '╌', paint: Paint::AsleepElsewhere };
    pub(super) const UNANSWERED: Self = Self { sign: '✗', paint: Paint::Unanswered };

    pub(super) const fn call(state: CallState) -> Self {
        let sign = match state {
            CallState::Connecting => '·',
            CallState::Waiting => '░',
            CallState::Receiving => '▒',
            CallState::Ready => '!',
            CallState::Computing => '█',
        };
        Self { sign, paint: Paint::Call(state) }
    }
}
