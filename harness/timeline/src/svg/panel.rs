//! One run: its name, how it waits, how long it took, its lanes, and what to see in them.

use ::svg::node::element::{Group, Line};

use super::scale::Scale;
use super::words::{LARGE, SMALL, clean, fitted, line, took, width, wrapped};
use super::{MARGIN, WIDTH, calls, task, threads};
use crate::{Lanes, sentence};

/// From one line of small type to the next.
const LINE: f64 = 22.0;

/// The space between lanes of threads, lanes of calls, and text.
const GAP: f64 = 9.0;

/// One run, drawn from zero downwards.
#[derive(Default)]
pub(super) struct Panel {
    pub(super) drawn: Group,
    pub(super) height: f64,
}

impl Panel {
    /// Draws a run, and what it was given to do if that is not said above.
    pub(super) fn of(lanes: &Lanes, scale: &Scale, says_task: bool) -> Self {
        let mut panel = Self::default();
        panel.heading(lanes);
        if says_task {
            panel.say("muted", &task(&lanes.about));
        }
        panel.height += GAP;
        let top = panel.height;
        panel.lanes(threads::rows(lanes, scale));
        panel.lanes(calls::rows(lanes, scale));
        panel.ending(lanes, scale, top);
        panel.say("ink", &sentence(lanes));
        for missing in lanes.missing() {
            panel.say("muted", &format!("not seen: {missing}"));
        }
        panel.height += GAP;
        panel
    }

    fn heading(&mut self, lanes: &Lanes) {
        let took = lanes.end.as_ref().map(|end| took(end.at_us)).unwrap_or_default();
        let room = WIDTH - 2.0 * MARGIN - width(&took, LARGE) - SMALL;
        let name = fitted(&clean(&lanes.about.contestant), LARGE, room);
        let rule = Line::new().set("class", "rule").set("x1", MARGIN).set("x2", WIDTH - MARGIN);
        self.add(rule.set("y1", 10).set("y2", 10));
        self.add(line("large", MARGIN, 38.0, &name));
        self.add(line("large end", WIDTH - MARGIN, 38.0, &took));
        self.height = 40.0;
        if let Some(waits) = &lanes.about.waits {
            self.say("muted", &format!("waits {waits}"));
        }
    }

    fn lanes(&mut self, (rows, height): (Group, f64)) {
        if height > 0.0 {
            self.add(rows.set("transform", format!("translate(0 {:.0})", self.height)));
            self.height += height + GAP;
        }
    }

    /// A line where the run was over, so that a short one is seen to be over.
    fn ending(&mut self, lanes: &Lanes, scale: &Scale, top: f64) {
        let Some(end) = &lanes.end else { return };
        let x = (scale.x(end.at_us) + 2.0).round();
        let line = Line::new().set("class", "ending").set("x1", x).set("x2", x);
        self.add(line.set("y1", top.round()).set("y2", (self.height - GAP).max(top).round()));
    }

    fn say(&mut self, class: &str, text: &str) {
        for text in wrapped(&clean(text), SMALL, WIDTH - 2.0 * MARGIN) {
            self.height += LINE;
            self.add(line(class, MARGIN, self.height, &text));
        }
    }

    fn add(&mut self, drawn: impl Into<Box<dyn ::svg::Node>>) {
        self.drawn = std::mem::take(&mut self.drawn).add(drawn);
    }
}
