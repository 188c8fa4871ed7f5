//! Colours for light and dark, type, and the pattern of each state.
//!
//! *What to notice*: colours are custom properties, so the patterns follow the reader's setting too. They are told apart with
//! any colour vision (after Okabe and Ito), and a test computes their contrast against the paper.

use ::svg::node::element::{Circle, Definitions, Line, Pattern, Rectangle, Style};

const STYLE: &str = "
svg {
  --paper: #ffffff; --ink: #1b1f24; --muted: #57606a; --thin: #e3e6ea;
  --processor: #b84a00; --wait: #0068a8; --tint: #dcecf8; --receive: #00734f; --late: #97357f; --grey: #6b7480;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  svg {
    --paper: #0d1117; --ink: #e9eef4; --muted: #a5b0bc; --thin: #29313b;
    --processor: #ff9448; --wait: #62b6f2; --tint: #12283c; --receive: #3ccb9c; --late: #ec9fd8; --grey: #98a3b0;
  }
}
text { font: 17px system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif; fill: var(--ink);
  paint-order: stroke; stroke: var(--paper); stroke-width: 5; stroke-linejoin: round; }
.large { font-size: 23px; font-weight: 650; }
.muted { fill: var(--muted); }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.paper { fill: var(--paper); }
.thin { stroke: var(--thin); }
.rule { stroke: var(--muted); }
.ending { stroke: var(--ink); stroke-width: 2; }
.runs, .computing { fill: var(--processor); }
.asleep { fill: var(--wait); }
.queued { fill: url(#queued); }
.holds { fill: var(--ink); }
.connecting { fill: var(--grey); }
.waiting { fill: url(#waiting); }
.receiving { fill: url(#receiving); }
.ready { fill: url(#ready); }
.cross { fill: none; stroke: var(--ink); stroke-width: 2; }
.tint { fill: var(--tint); }
.wait { stroke: var(--wait); stroke-width: 2.4; }
.receive { stroke: var(--receive); stroke-width: 2; }
.late { fill: var(--late); }
.grey { stroke: var(--grey); stroke-width: 2; }
";

/// The style of every picture.
pub(super) fn style() -> Style {
    Style::new(STYLE)
}

/// Stripes that lean for waiting, upright ones for receiving, dots for an answer that lies ready, level stripes for a thread
/// without a core. What is filled wholly runs or computes.
pub(super) fn patterns() -> Definitions {
    let upright =
        |class: &str, x: f64| Line::new().set("class", class).set("x1", x).set("x2", x).set("y2", 6);
    let level = Line::new().set("class", "grey").set("y1", 1).set("y2", 1).set("x2", 4);
    let tint = Rectangle::new().set("class", "tint").set("width", 6).set("height", 6);
    let dot = |x: f64, y: f64| Circle::new().set("class", "late").set("cx", x).set("cy", y).set("r", 1.35);
    Definitions::new()
        .add(
            pattern("waiting", 6, 6)
                .set("patternTransform", "rotate(40)")
                .add(tint)
                .add(upright("wait", 1.2)),
        )
        .add(pattern("receiving", 4, 6).add(upright("receive", 1.0)))
        .add(pattern("ready", 5, 5).add(dot(1.35, 1.35)).add(dot(3.85, 3.85)))
        .add(pattern("queued", 4, 4).add(level))
}

fn pattern(name: &str, width: u32, height: u32) -> Pattern {
    let pattern = Pattern::new().set("id", name).set("patternUnits", "userSpaceOnUse");
    pattern.set("width", width).set("height", height)
}
