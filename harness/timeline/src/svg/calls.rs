//! The rows of calls: a row for each call, or, of many calls, a row for several, in which heights are shares.

use ::svg::node::element::{Group, Path};

use super::outline::Outline;
use super::scale::Scale;
use super::words::{line, times};
use super::{LANES, MARGIN};
use crate::{Band, CallLane, CallState, Lanes};

/// How many rows there are at most.
const MOST: usize = 25;

/// How high all rows are together at most, where they need not be thinner than they can be seen.
const ROOM: f64 = 150.0;

/// Three units of the picture a column.
const COLUMNS: usize = 250;

/// Rectangles of each state, in the order of [`CallState::ALL`].
#[derive(Default)]
struct Outlines([Outline; CallState::ALL.len()]);

/// All rows, and their height.
pub(super) fn rows(lanes: &Lanes, scale: &Scale) -> (Group, f64) {
    let calls = lanes.calls.len();
    if calls == 0 {
        return (Group::new(), 0.0);
    }
    let bands = lanes.bands(MOST, COLUMNS);
    let is_folded = bands.len() < calls;
    let pitch = (ROOM / bands.len() as f64).floor().clamp(8.0, 15.0);
    let (gap, mut drawn) = (2.0, labelled(calls, &bands));
    if is_folded {
        drawn = folded(&bands, lanes, scale, pitch, pitch - 1.0).fold(drawn, Group::add);
    } else {
        for (number, call) in lanes.calls.iter().enumerate() {
            drawn = one(call, scale, number as f64 * pitch, pitch - gap).fold(drawn, Group::add);
        }
    }
    (drawn, (bands.len() as f64 * pitch).max(if is_folded { 40.0 } else { 18.0 }))
}

fn labelled(calls: usize, bands: &[Band]) -> Group {
    let label = Group::new().set("class", "calls").add(line("", MARGIN, 14.0, &times(calls, "call")));
    let most = bands.iter().map(|band| band.calls).max().unwrap_or(0);
    let text = match most {
        0 | 1 => return label,
        most if bands.iter().all(|band| band.calls == most) => format!("{most} in a row"),
        most => format!("up to {most} in a row"),
    };
    label.add(line("muted", MARGIN, 35.0, &text))
}

/// One call: as it was, to the microsecond, and a cross behind one without an answer.
fn one(call: &CallLane, scale: &Scale, top: f64, row: f64) -> impl Iterator<Item = Path> {
    let mut outlines = Outlines::default();
    for span in &call.spans {
        // What has only begun is as low as what has no pattern yet.
        let height = if span.state == CallState::Connecting { row / 3.0 } else { row };
        let lowered = top + (row - height) / 2.0;
        let (from, until) = (scale.x(span.from_us), scale.x(span.until_us));
        outlines.0[span.state as usize].rectangle(from, until, lowered, height);
    }
    outlines.drawn().chain((!call.answered).then(|| cross(scale.x(call.until_us()), top, row)))
}

fn cross(x: f64, top: f64, row: f64) -> Path {
    let size = row.min(9.0);
    let (left, top) = ((x - size - 1.0).max(LANES.start), top + (row - size) / 2.0);
    let data = format!("M{left:.1} {top:.1}l{size:.1} {size:.1}m-{size:.1} 0l{size:.1} -{size:.1}");
    Path::new().set("class", "cross").set("d", data)
}

/// Several calls a row; columns that are alike are one rectangle.
fn folded(bands: &[Band], lanes: &Lanes, scale: &Scale, pitch: f64, row: f64) -> impl Iterator<Item = Path> {
    let mut outlines = Outlines::default();
    let right = scale.x(lanes.until_us);
    let x = |column: usize| LANES.start + column as f64 * (right - LANES.start) / COLUMNS as f64;
    for (number, band) in bands.iter().enumerate() {
        let bottom = number as f64 * pitch + row;
        let all_us = band.calls as f64 * lanes.until_us as f64 / COLUMNS as f64;
        let heights: Vec<_> =
            band.columns.iter().map(|column| heights(column.spent_us, all_us, row)).collect();
        let mut column = 0;
        for alike in heights.chunk_by(|one, next| one == next) {
            let (from, until) = (x(column), x(column + alike.len()));
            column += alike.len();
            outlines.stack(from, until, bottom, &alike[0]);
        }
    }
    outlines.drawn()
}

/// How high each state is in a column, in half units; all together no higher than the row.
fn heights(spent_us: [u64; CallState::ALL.len()], all_us: f64, row: f64) -> [f64; CallState::ALL.len()] {
    let mut left = row;
    spent_us.map(|spent_us| {
        let height = (spent_us as f64 / all_us * row * 2.0).round() / 2.0;
        left -= height.min(left);
        height.min(left + height)
    })
}

impl Outlines {
    fn stack(&mut self, from: f64, until: f64, mut bottom: f64, heights: &[f64]) {
        for (outline, height) in self.0.iter_mut().zip(heights) {
            bottom -= height;
            outline.rectangle(from, until, bottom, *height);
        }
    }

    fn drawn(self) -> impl Iterator<Item = Path> {
        self.0.into_iter().zip(CallState::ALL).filter_map(|(outline, state)| outline.drawn(class(state)))
    }
}

/// The class of a state, which has its colour and its pattern.
pub(super) const fn class(state: CallState) -> &'static str {
    match state {
        CallState::Connecting => "connecting",
        CallState::Waiting => "waiting",
        CallState::Receiving => "receiving",
        CallState::Ready => "ready",
        CallState::Computing => "computing",
    }
}
