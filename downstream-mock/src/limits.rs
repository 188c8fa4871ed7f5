//! What the system allows: descriptors, and ports that are safe to listen on.

use std::io;

/// Raises this process's limit of open descriptors to the most that is allowed without privileges, and returns it.
///
/// # Errors
/// When the system refuses; the limit is then what it was.
#[cfg(unix)]
pub fn raise_descriptor_limit() -> io::Result<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })?;
    Ok(maximum.unwrap_or(u64::MAX))
}

/// This system has no such limit.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn raise_descriptor_limit() -> io::Result<u64> {
    Ok(u64::MAX)
}

/// Whether the system may give this port to any client, so that listening on it can fail by chance.
///
/// `None` where the range is not known (it is read from `/proc`, see ip(7)).
pub(crate) fn is_ephemeral(port: u16) -> Option<bool> {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let mut ends = range.split_whitespace().map(str::parse::<u16>);
    let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
    Some((first..=last).contains(&port))
}
