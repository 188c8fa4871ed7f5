//! How many descriptors a process may have, and whether that is enough: said before the first call, not by it.

use crate::Error;

/// What a process has open beside its calls: the three standard streams, epoll, wakers, a pool's queues.
const BESIDE_CALLS: u64 = 32;

/// Raises the limit as far as the system allows, and makes sure that this many calls can be in flight.
pub(crate) fn provide_for(in_flight: usize) -> Result<u64, Error> {
    let limit = downstream_mock::raise_descriptor_limit().map_err(|error| {
        Error::broken(
            "raising the limit of open files",
            format!("{error}: start fewer calls at once with --in-flight"),
        )
    })?;
    let enough = limit.saturating_sub(BESIDE_CALLS);
    if in_flight as u64 <= enough {
        return Ok(limit);
    }
    let fewer = if enough > 0 { format!("use --in-flight {enough}, or ") } else { String::new() };
    Err(Error::Usage(format!(
        "{in_flight} calls in flight need as many descriptors, and a process here may have {limit}: \
         {fewer}raise the hard limit (ulimit -Hn) as root"
    )))
}
