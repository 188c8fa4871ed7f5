//! From microseconds to a place in the picture, and the axis that says so.

use ::svg::node::element::{Group, Line};

use super::words::{SMALL, line, round, width};
use super::{LANES, WIDTH};

/// The most parts of an axis.
const PARTS: u64 = 8;

/// The one time axis of a picture.
pub(super) struct Scale {
    until_us: u64,
}

impl Scale {
    /// An axis from zero until this moment.
    pub(super) fn until(until_us: u64) -> Self {
        Self { until_us: until_us.max(1) }
    }

    /// Where this moment is.
    pub(super) fn x(&self, at_us: u64) -> f64 {
        let part = at_us.min(self.until_us) as f64 / self.until_us as f64;
        LANES.start + part * (LANES.end - LANES.start)
    }

    /// Thin lines from `top` to `bottom`, and the time below each; also where the axis ends.
    pub(super) fn axis(&self, top: f64, bottom: f64) -> (Group, f64) {
        let mut axis = Group::new();
        for at_us in self.ticks() {
            let x = self.x(at_us);
            let thin = Line::new().set("class", "thin").set("x1", rounded(x)).set("x2", rounded(x));
            let time = round(at_us, self.until_us);
            let centre = x.min(WIDTH - 4.0 - width(&time, SMALL) / 2.0);
            let time = line("muted middle", centre, bottom + 24.0, &time);
            axis = axis.add(thin.set("y1", top + 6.0).set("y2", bottom + 4.0)).add(time);
        }
        (axis, bottom + 30.0)
    }

    /// Round times, at equal distances.
    fn ticks(&self) -> impl Iterator<Item = u64> {
        let steps = (0..).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
        let step = steps.take(58).find(|step| self.until_us / step <= PARTS).unwrap_or(self.until_us);
        (0..=self.until_us / step).map(move |number| number * step)
    }
}

fn rounded(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}
