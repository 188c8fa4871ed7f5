//! The lanes of several runs as one SVG picture: below each other, on one time axis.
//!
//! *What to notice*: a state is told apart by shape or pattern as well as by colour, and blue is waiting, orange is a
//! processor at work, for calls and threads alike. Colours follow the reader's setting, light or dark. There is no script and no
//! font in it, so a page may show it as an image.

mod calls;
mod legend;
mod outline;
mod panel;
mod scale;
mod style;
mod threads;
mod words;

use ::svg::Document;
use ::svg::node::element::{Description, Group, Rectangle, Title};

use crate::{About, Lanes, sentence};
use panel::Panel;
use scale::Scale;
use words::{clean, line, round, times};

/// How wide a picture is, in its own units; the smallest type has a size of 17 of them.
const WIDTH: f64 = 960.0;

/// The space to the left and to the right of everything.
const MARGIN: f64 = 22.0;

/// Where lanes begin and end; what a lane is stands to the left of it.
const LANES: std::ops::Range<f64> = 186.0..938.0;

/// Draws these runs, the first one on top.
#[must_use]
pub fn svg(runs: &[Lanes]) -> String {
    let scale = Scale::until(runs.iter().map(|lanes| lanes.until_us).max().unwrap_or(0));
    let task = the_same_task(runs);
    let (mut panels, mut bottom) = (Group::new(), MARGIN);
    if let Some(task) = &task {
        bottom += 20.0;
        panels = panels.add(line("muted", MARGIN, bottom, task));
    }
    let top = bottom;
    for lanes in runs {
        let panel = Panel::of(lanes, &scale, task.is_none());
        panels =
            panels.add(panel.drawn.set("class", "run").set("transform", format!("translate(0 {bottom:.0})")));
        bottom += panel.height;
    }
    let (axis, bottom) = scale.axis(top, bottom);
    let (legend, bottom) = legend::legend(runs, &scale, bottom);
    document(runs, bottom + MARGIN / 2.0).add(axis).add(panels).add(legend).to_string()
}

/// What stays the same for all pictures, and what a screen reader says of this one.
fn document(runs: &[Lanes], height: f64) -> Document {
    let names: Vec<_> = runs.iter().map(|lanes| clean(&lanes.about.contestant)).collect();
    let said: Vec<_> = runs.iter().map(|lanes| clean(&sentence(lanes))).collect();
    let said = names.iter().zip(said).map(|(name, said)| format!("{name}: {said}"));
    let description = ::svg::node::Text::new(said.collect::<Vec<_>>().join(". "));
    Document::new()
        .set("viewBox", format!("0 0 {WIDTH} {height:.0}"))
        .set("width", WIDTH)
        .set("height", height.round())
        .set("role", "img")
        .set("aria-labelledby", "title description")
        .add(Title::new(format!("What threads and calls do: {}", names.join(", "))).set("id", "title"))
        .add(Description::new().set("id", "description").add(description))
        .add(style::style())
        .add(style::patterns())
        .add(Rectangle::new().set("class", "paper").set("width", "100%").set("height", "100%").set("rx", 8))
}

/// What all runs were given to do, if it is the same.
fn the_same_task(runs: &[Lanes]) -> Option<String> {
    let first = task(&runs.first()?.about);
    runs.iter().all(|lanes| task(&lanes.about) == first).then_some(first)
}

/// What a run was given to do.
fn task(about: &About) -> String {
    let answered = if about.calls == 1 { "answered" } else { "each answered" };
    let latency_us = about.latency_ms.saturating_mul(1_000);
    let mut task =
        format!("{}, {answered} after {}", times(about.calls, "call"), round(latency_us, latency_us));
    if !about.jitter.is_empty() {
        task += &format!("; jitter: {}", about.jitter);
    }
    if !about.work.is_empty() {
        task += &format!("; work with each reply: {}", about.work);
    }
    if let Some(in_flight) = about.in_flight {
        task += &format!("; {in_flight} in flight at most");
    }
    task
}
