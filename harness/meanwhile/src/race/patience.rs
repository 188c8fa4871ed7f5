//! Which contestants are left out, and why: a race in a classroom has to end while people still look.

use std::time::Duration;

use ::contestant::text::human;

use super::contestant::{Contestant, Heat};

/// Why the contestant does not run, if it does not.
pub(super) fn not_run(contestant: &Contestant, heat: Heat<'_>) -> Option<String> {
    if let Contestant::Model(entry) = contestant
        && let Err(error) = (entry.new)(&heat.args.how.setup())
    {
        return Some(format!("cannot run here: {error}"));
    }
    let expectation = heat.expectation(contestant);
    (expectation > heat.args.patience).then(|| {
        let cure = humantime::format_duration(whole(expectation));
        let cure = cure.to_string().replace(' ', "");
        format!("would take about {} (--patience {cure} runs it)", human(expectation))
    })
}

/// A round number of seconds or minutes that is enough.
fn whole(duration: Duration) -> Duration {
    let unit = if duration < Duration::from_secs(60) { 1 } else { 60 };
    let seconds = duration.as_millis().div_ceil(1000 * unit) * unit;
    Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX))
}
