//! Which of a name's addresses a run calls: the first that accepts a connection.
//!
//! *How it waits*: on a runtime of its own, which is gone before the model is made. The next address is tried when the
//! earlier ones have refused, or after a quarter of a second in which they did not answer; those stay in the race, as in
//! *Happy Eyeballs* (RFC 8305).
//!
//! *What to notice*: this is part of looking a name up, before the run, but its time is taken from the calls' timeout: the two
//! together are not longer than one call may take.

use std::io;
use std::time::{Duration, Instant};

use downstream_call::Call;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long an address may be silent before the next one is tried beside it (RFC 8305, section 5).
const SILENCE: Duration = Duration::from_millis(250);

/// The call at the first address that accepts a connection, or at the first of all if none does, with what is left of its
/// timeout. A single address is not tried.
///
/// # Errors
/// The system has no descriptor for the runtime.
pub(super) fn first_that_accepts(mut calls: Vec<Call>) -> io::Result<Call> {
    if calls.len() == 1 {
        return Ok(calls.remove(0));
    }
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    let start = Instant::now();
    let found = runtime.block_on(async { timeout(calls[0].timeout, try_each(&calls)).await });
    let call = found.ok().flatten().unwrap_or_else(|| calls.swap_remove(0));
    Ok(Call { timeout: call.timeout.saturating_sub(start.elapsed()), ..call })
}

/// `None` if all have refused. Dropping it closes the sockets that still connect.
async fn try_each(calls: &[Call]) -> Option<Call> {
    let mut attempts = JoinSet::new();
    for call in calls.iter().cloned() {
        attempts.spawn(async { TcpStream::connect(call.address).await.is_ok().then_some(call) });
        if let Ok(Some(call)) = timeout(SILENCE, next_accepted(&mut attempts)).await {
            return Some(call);
        }
    }
    next_accepted(&mut attempts).await
}

/// `None` once all attempts have failed.
async fn next_accepted(attempts: &mut JoinSet<Option<Call>>) -> Option<Call> {
    while let Some(ended) = attempts.join_next().await {
        if let Ok(Some(call)) = ended {
            return Some(call);
        }
    }
    None
}

#[cfg(test)]
#[path = "addresses_tests.rs"]
mod tests;
