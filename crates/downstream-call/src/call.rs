//! A call, and how it ends: with a reply or with a failure.

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Failure;

/// The longest path that `http::Uri` can hold, and so the longest that hyper can send.
const MAX_PATH_BYTES: usize = 65_534;

/// One `GET` to the downstream, on a connection of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Where to connect.
    pub address: SocketAddr,
    /// The `Host` field (RFC 9110, section 7.2): host and port as the URL gave them.
    pub host: Arc<str>,
    /// The request target (RFC 9112, section 3.2.1): path and query, from the first `/`.
    pub path: Arc<str>,
    /// From the start of the call to its last byte. One limit for the whole call, not one for each read. A model looks once
    /// more before it gives a call up: an answer that has arrived counts, however late the process gets to read it.
    pub timeout: Duration,
}

/// How one call ended. One call's failure never hides another's answer.
pub type Outcome = Result<Reply, Failure>;

/// The downstream's answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status code, 100 to 999 (RFC 9110, section 15).
    pub status: u16,
    /// The body, without its framing.
    pub body: Vec<u8>,
    /// What [`Work`](crate::Work) computed from this reply, if it computed anything.
    pub worked: Option<u64>,
}

/// Why a URL was refused. Its text names the mistake and shows the correct form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadUrl(String);

impl Call {
    /// A call to `url`, such as `http://127.0.0.1:8080/get_resource`, at the first address of its host. The port is 80
    /// unless given.
    ///
    /// # Errors
    /// `BadUrl` for anything but `http://HOST[:PORT][/PATH]`, and for a host without an address.
    pub fn get(url: &str, timeout: Duration) -> Result<Self, BadUrl> {
        Ok(Self::at_each_address(url, timeout)?.remove(0))
    }

    /// The same call at each address of the URL's host, in the system's order: `localhost` may be `::1` and `127.0.0.1`, of
    /// which a server has one. There is at least one call.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn at_each_address(url: &str, timeout: Duration) -> Result<Vec<Self>, BadUrl> {
        let bad = |why: &str| BadUrl(format!("url {url:?}: {why}; write it as {}", correct(url)));
        if !url.contains("://") {
            return Err(bad("there is no scheme"));
        }
        let uri: http::Uri = url.parse().map_err(|error| bad(&format!("{error}")))?;
        if uri.scheme_str() != Some("http") {
            return Err(bad("the scheme is not http"));
        }
        let authority = uri.authority().ok_or_else(|| bad("there is no host"))?;
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = port(authority)
            .ok_or_else(|| bad("the host is followed by neither a path nor a port up to 65535"))?;
        let addresses = (host, port)
            .to_socket_addrs()
            .map_err(|error| bad(&format!("no address for host {host:?} ({error})")))?;
        let path = uri.path_and_query().map_or("", |path| path.as_str());
        let path: Arc<str> = if path.starts_with('/') { path.into() } else { format!("/{path}").into() };
        let host: Arc<str> = authority.as_str().into();
        let call = |address| Self { address, host: Arc::clone(&host), path: Arc::clone(&path), timeout };
        let calls: Vec<_> = addresses.map(call).collect();
        if calls.is_empty() { Err(bad("the host has no address")) } else { Ok(calls) }
    }

    /// The same call for another path.
    #[must_use]
    pub fn with_path(&self, path: &str) -> Self {
        Self { path: path.into(), ..self.clone() }
    }

    /// When a call that starts at `start` must be over. A timeout too large for the clock becomes thirty years.
    #[must_use]
    pub fn deadline(&self, start: Instant) -> Instant {
        const THIRTY_YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
        start.checked_add(self.timeout).unwrap_or_else(|| start + THIRTY_YEARS)
    }

    /// Refuses a path or a host that would not make one request: it could smuggle in a second line, or it has
    /// characters that a URL may not contain. hyper does not send these either.
    ///
    /// # Errors
    /// [`Failure::Unsendable`], before anything is sent.
    pub fn check(&self) -> Result<(), Failure> {
        if !self.path.starts_with('/') {
            return Err(Failure::Unsendable("the path does not start with a slash"));
        }
        if self.path.len() > MAX_PATH_BYTES {
            return Err(Failure::Unsendable("the path is longer than 65534 bytes"));
        }
        let unfit = |byte| matches!(byte, 0..=b' ' | b'"' | b'#' | b'<' | b'>' | b'`' | 0x7f);
        if self.path.bytes().any(unfit) {
            return Err(Failure::Unsendable("the path has a space, a control byte or one of \" # < > `"));
        }
        if self.host.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
            return Err(Failure::Unsendable("the host has a space or a control byte"));
        }
        Ok(())
    }
}

/// The URL with the scheme that it lacks, if that makes it a good one; otherwise an example.
fn correct(url: &str) -> String {
    let with_scheme = format!("http://{url}");
    if !url.contains("://") && Call::get(&with_scheme, Duration::ZERO).is_ok() {
        return with_scheme;
    }
    "http://127.0.0.1:8080/path".into()
}

/// The port after the host, or 80 without one; `None` for anything else, such as a user name before the host.
fn port(authority: &http::uri::Authority) -> Option<u16> {
    match authority.as_str().strip_prefix(authority.host())? {
        "" => Some(80),
        rest => rest
            .strip_prefix(':')
            .filter(|port| port.bytes().all(|digit| digit.is_ascii_digit()))?
            .parse()
            .ok(),
    }
}

impl fmt::Display for BadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadUrl {}
