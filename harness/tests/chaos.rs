//! Whoever polls keeps every promise when events come for nothing, reads are short and sends partial: `make chaos`.

mod support;

use std::process::Command;

use rstest::rstest;
use support::MEANWHILE;

/// What chance starts from, for the crates below.
const SEED: &str = "MEANWHILE_CHAOS";

/// The one fault whose end is up to chance here: the peer answers and resets without reading, and a request that is sent in
/// parts may meet the reset before its last one.
const RESETS_A_REQUEST: &str = "answer-with-request-unread";

#[rstest]
fn unreliable_readiness_breaks_no_row(
    #[values(
        "busy-poll",
        "epoll-state-machine",
        "callback-loop",
        "generator-style",
        "stackful-coroutines",
        "mini-runtime",
        "per-core",
        "per-process"
    )]
    model: &str,
    #[values("1", "2", "3")] seed: &str,
) {
    let mut broken = support::broken_rows(model, &[(SEED, seed)]);
    broken.retain(|row| !row.contains(RESETS_A_REQUEST));
    assert!(broken.is_empty(), "{SEED}={seed}: {model} breaks {} rows:\n{}", broken.len(), broken.join("\n"));
}

/// A seed that is none would go unnoticed if nobody drew from it.
#[rstest]
fn every_model_that_polls_draws_from_the_seed(
    #[values("busy-poll", "epoll-state-machine", "generator-style", "mini-runtime")] model: &str,
) {
    let mock = support::mock();
    let url = format!("{}/echo/{{call}}", mock.url());
    let run = Command::new(MEANWHILE).args(["run", model, "--url", &url]).env(SEED, "none").output();
    let stderr = String::from_utf8(run.expect("the program starts").stderr).expect("text");
    assert!(stderr.contains("MEANWHILE_CHAOS is a number"), "{stderr}");
}
