//! One request and its answer, as bytes.

use crate::response::Response;
use crate::{Call, Failure, Milestone, Outcome, Reply, Run};

/// One request and its answer as bytes (sans-IO): it owns no socket, reads no clock, and holds no buffer while the call
/// waits. Drop it when the call is over: with its outcome, after a failure, or because the run was cancelled.
///
/// ```
/// # use downstream_call::{Call, Exchange, Run};
/// # let call = Call::get("http://127.0.0.1:8080/echo/7", std::time::Duration::from_secs(1))?;
/// let run = Run::default();
/// let mut exchange = Exchange::new(&run, 0, &call)?;
/// let mut scratch = [0; 4096];
/// let length = exchange.unsent(&mut scratch).len(); // … which a socket takes …
/// exchange.sent(length);
/// assert!(exchange.unsent(&mut scratch).is_empty());
/// assert_eq!(exchange.received(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"), None);
/// let reply = exchange.received(b"\r\n7").expect("whole").expect("well-formed");
/// assert_eq!((reply.status, reply.body), (200, b"7".to_vec()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Exchange<'run> {
    run: &'run Run,
    call: &'run Call,
    index: u32,
    /// Bytes of the request that the system has taken.
    sent: u32,
    /// An answer of which only a part has arrived.
    partial: Option<Box<Response>>,
}

impl<'run> Exchange<'run> {
    /// The exchange of call number `index` of a run. The call starts now.
    ///
    /// # Errors
    /// [`Failure::Unsendable`] for a call that would not be one request, [`Failure::TimedOut`] for one whose timeout is
    /// zero.
    ///
    /// # Panics
    /// If `index` is 4,294,967,296 or more.
    pub fn new(run: &'run Run, index: usize, call: &'run Call) -> Result<Self, Failure> {
        call.check()?;
        if call.timeout.is_zero() {
            return Err(Failure::TimedOut);
        }
        run.trace.mark(index, Milestone::Started);
        let index = u32::try_from(index).expect("a run has fewer than 2^32 calls");
        Ok(Self { run, call, index, sent: 0, partial: None })
    }

    /// Which call of the run this is.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index as usize
    }

    /// The call this exchange makes.
    #[must_use]
    pub const fn call(&self) -> &'run Call {
        self.call
    }

    /// Writes the next part of the request into `scratch`, as much as fits, and returns it; empty once all is sent.
    ///
    /// The request is written again at each call of this function, so a call that waits keeps no copy of it.
    pub fn unsent<'scratch>(&self, scratch: &'scratch mut [u8]) -> &'scratch [u8] {
        let mut skip = self.sent as usize;
        let mut length = 0;
        for part in self.request() {
            let part = part.as_bytes();
            let rest = &part[skip.min(part.len())..];
            skip = skip.saturating_sub(part.len());
            let taken = rest.len().min(scratch.len() - length);
            scratch[length..length + taken].copy_from_slice(&rest[..taken]);
            length += taken;
        }
        &scratch[..length]
    }

    /// The system took the first `count` bytes of [`unsent`](Self::unsent). True once the whole request is sent.
    pub fn sent(&mut self, count: usize) -> bool {
        self.sent += u32::try_from(count).expect("a request is shorter than 4 GiB");
        let all = self.is_sent();
        if all && count > 0 {
            self.run.trace.mark(self.index(), Milestone::Sent);
        }
        all
    }

    /// Whether the whole request is sent.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        self.sent as usize == self.request().map(str::len).iter().sum::<usize>()
    }

    /// Takes more bytes of the answer. Returns the outcome if they complete it; bytes beyond its end are ignored.
    pub fn received(&mut self, bytes: &[u8]) -> Option<Outcome> {
        let outcome = match &mut self.partial {
            Some(response) => response.received(bytes),
            None => self.first_received(bytes),
        };
        outcome.transpose()
    }

    /// Most answers arrive in one piece: then nothing is kept in `partial`.
    fn first_received(&mut self, bytes: &[u8]) -> Result<Option<Reply>, Failure> {
        self.run.trace.mark(self.index(), Milestone::FirstByte);
        let mut response = Response::default();
        let reply = response.received(bytes)?;
        if reply.is_none() {
            self.partial = Some(Box::new(response));
        }
        Ok(reply)
    }

    /// The peer closed its side. Returns a reply if the body ends with the connection, and otherwise a failure.
    pub fn closed(&mut self) -> Outcome {
        self.partial.take().map_or(Err(Failure::Incomplete), |response| response.closed())
    }

    /// The parts of the request (RFC 9112, section 3). It asks for one connection per call (section 9.6).
    fn request(&self) -> [&str; 5] {
        ["GET ", &self.call.path, " HTTP/1.1\r\nHost: ", &self.call.host, "\r\nConnection: close\r\n\r\n"]
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        self.run.trace.mark(self.index(), Milestone::Finished);
    }
}
