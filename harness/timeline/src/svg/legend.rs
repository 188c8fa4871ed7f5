//! What the shapes and patterns mean, of those that occur.

use ::svg::node::element::{Group, Rectangle};

use super::calls::class;
use super::scale::Scale;
use super::words::{SMALL, line, width};
use super::{MARGIN, WIDTH};
use crate::{CallState, Lanes, ThreadState, blocked};

/// The size of a sample.
const SAMPLE: (f64, f64) = (30.0, 14.0);

/// How wide a span has to be at least to be seen.
const VISIBLE: f64 = 0.4;

/// One entry of a legend.
struct Entry {
    class: &'static str,
    /// How much of the sample is filled, from below.
    height: f64,
    text: &'static str,
}

/// The legend below `top`, and where it ends.
pub(super) fn legend(runs: &[Lanes], scale: &Scale, top: f64) -> (Group, f64) {
    let mut legend = Group::new();
    let (mut x, mut y) = (MARGIN, top + 28.0);
    for (title, entries) in [("threads", thread_states(runs)), ("calls", call_states(runs, scale))] {
        if entries.is_empty() {
            continue;
        }
        legend = legend.add(line("muted", x, y, title));
        x += width(title, SMALL) + 8.0;
        for entry in entries {
            let length = SAMPLE.0 + 8.0 + width(entry.text, SMALL) + 14.0;
            if x + length > WIDTH {
                (x, y) = (MARGIN, y + 24.0);
            }
            legend = legend.add(entry.sample(x, y)).add(line("", x + SAMPLE.0 + 7.0, y, entry.text));
            x += length;
        }
        (x, y) = (MARGIN, y + 24.0);
    }
    (legend, y - 18.0)
}

fn thread_states(runs: &[Lanes]) -> Vec<Entry> {
    let stretches = || runs.iter().flat_map(|lanes| &lanes.threads).flat_map(|thread| &thread.stretches);
    let ran = stretches().any(|stretch| stretch.state == ThreadState::Runs);
    let queued = stretches().any(|stretch| stretch.state == ThreadState::Queued);
    let asleep = stretches().any(|stretch| matches!(stretch.state, ThreadState::AsleepIn(_)));
    let holds = runs.iter().any(|lanes| !blocked(lanes).is_empty());
    let entries = [
        (ran, Entry { class: "runs", height: 14.0, text: "runs" }),
        (queued, Entry { class: "queued", height: 14.0, text: "waits for a core" }),
        (asleep, Entry { class: "asleep", height: 3.0, text: "asleep in a system call" }),
        (holds, Entry { class: "holds", height: 4.0, text: "keeps answers waiting" }),
    ];
    entries.into_iter().filter_map(|(occurs, entry)| occurs.then_some(entry)).collect()
}

fn call_states(runs: &[Lanes], scale: &Scale) -> Vec<Entry> {
    let occurs = |state: &CallState| {
        let mut spans = runs.iter().flat_map(|lanes| &lanes.calls).flat_map(|call| &call.spans);
        spans.any(|span| span.state == *state && scale.x(span.until_us) - scale.x(span.from_us) >= VISIBLE)
    };
    let entry = |state: CallState| Entry {
        class: class(state),
        height: if state == CallState::Connecting { 5.0 } else { 14.0 },
        text: state.name(),
    };
    CallState::ALL.into_iter().filter(occurs).map(entry).collect()
}

impl Entry {
    fn sample(&self, x: f64, y: f64) -> Rectangle {
        let sample = Rectangle::new().set("class", self.class).set("x", x.round()).set("width", SAMPLE.0);
        sample.set("y", (y - self.height + 1.0).round()).set("height", self.height)
    }
}
