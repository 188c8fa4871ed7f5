//! The conformance suite, whatever the downstream does.

use meanwhile::models::Entry;

use crate::support::broken_rows;

pub(crate) fn every_row_is_held(model: &Entry) {
    let broken = broken_rows(model.name, &[]);
    assert!(broken.is_empty(), "{} breaks {} rows:\n{}", model.name, broken.len(), broken.join("\n"));
}
