//! Many rectangles of one state as one path: a picture of ten thousand calls stays small.

use std::fmt::Write;

use ::svg::node::element::Path;

/// Rectangles of one state.
#[derive(Clone, Default)]
pub(super) struct Outline {
    data: String,
}

impl Outline {
    /// Adds a rectangle from `left` to `right`.
    pub(super) fn rectangle(&mut self, left: f64, right: f64, top: f64, height: f64) {
        let (left, width) = (tenths(left), tenths(right) - tenths(left));
        if width > 0.0 && height > 0.0 {
            let (width, top, height) = (tenths(width), tenths(top), tenths(height));
            // Writing to a string cannot fail.
            let _ = write!(self.data, "M{left} {top}h{width}v{height}h-{width}z");
        }
    }

    /// The rectangles, in the colour and pattern of this class; nothing if there are none.
    pub(super) fn drawn(self, class: &str) -> Option<Path> {
        (!self.data.is_empty()).then(|| Path::new().set("class", class).set("d", self.data))
    }
}

fn tenths(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}
