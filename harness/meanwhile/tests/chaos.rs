//! Models that poll hold every row when events come for nothing, reads are short and sends partial: `make chaos`.

mod support;

use std::process::Command;

use libtest_mimic::Arguments;
use meanwhile::models::Entry;
use support::{MEANWHILE, trials};

/// What chance starts from, for the crates below.
const SEED: &str = "MEANWHILE_CHAOS";

/// The rows whose end is up to chance here. A peer answers and resets without reading: a request that is sent in parts may meet the
/// reset before its last one. A late call tries to receive once more: that one try may be a short read, or block for nothing.
const UP_TO_CHANCE: [&str; 2] = ["answer-with-request-unread", "an answer that has arrived counts"];

fn main() {
    let chaos = |model: &Entry| model.chaos;
    let mut all = trials("a_seed_that_is_no_number_is_refused", chaos, draws_from_the_seed);
    all.extend(trials("unreliable_readiness_breaks_no_row_with_seed_1", chaos, |model| {
        holds_all(model, "1")
    }));
    all.extend(trials("unreliable_readiness_breaks_no_row_with_seed_2", chaos, |model| {
        holds_all(model, "2")
    }));
    all.extend(trials("unreliable_readiness_breaks_no_row_with_seed_3", chaos, |model| {
        holds_all(model, "3")
    }));
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}

fn holds_all(model: &Entry, seed: &str) {
    let mut broken = support::broken_rows(model.name, &[(SEED, seed)]);
    broken.retain(|row| !UP_TO_CHANCE.iter().any(|name| row.contains(name)));
    let name = model.name;
    assert!(broken.is_empty(), "{SEED}={seed}: {name} breaks {} rows:\n{}", broken.len(), broken.join("\n"));
}

/// A model that never draws from the seed would hold all rows without any chaos.
fn draws_from_the_seed(model: &Entry) {
    let mock = support::mock();
    let url = format!("{}/echo/{{call}}", mock.url());
    let run = Command::new(MEANWHILE).args(["run", model.name, "--url", &url]).env(SEED, "none").output();
    let stderr = String::from_utf8(run.expect("the program starts").stderr).expect("text");
    assert!(stderr.contains("MEANWHILE_CHAOS is a number"), "{stderr}");
}
