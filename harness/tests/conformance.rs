//! Every model keeps every promise, whatever its downstream does.

mod support;

use harness::models::Entry;

harness::test_every_model! {
    fn every_row_is_held(model: &Entry) {
        if support::can_be_made(model) {
            let broken = support::broken_rows(model.name, &[]);
            assert!(broken.is_empty(), "{} breaks {} rows:\n{}", model.name, broken.len(), broken.join("\n"));
        }
    }
}
