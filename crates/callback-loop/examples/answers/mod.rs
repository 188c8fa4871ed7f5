//! Numbers that come as answers: calls of a contestant, each of which ends with a Fibonacci number.
//!
//! *What to notice*: nothing here blocks, and all calls wait together. Whether an answer has to wait for the numbers of the
//! others is decided where they are computed.
//!
//! *What is deliberately missing*: a deadline, a limit, and most of HTTP; the crate itself has them.

use std::io;
use std::net::SocketAddr;

use callback_loop::{EventLoop, Socket, SourceId};

/// A call between two of its callbacks, each of which owns it and gives it to the next one.
struct Get<OnAnswer> {
    socket: SourceId,
    request: String,
    sent: usize,
    received: Vec<u8>,
    on_answer: OnAnswer,
}

/// Makes all calls at once; `on_answer` gets the number of the call, and its answer as a contestant prints it.
pub(crate) fn get_all<'h>(
    event_loop: &mut EventLoop<'h>,
    url: &str,
    calls: usize,
    on_answer: impl FnOnce(&mut EventLoop<'h>, usize, String) + Copy + 'h,
) -> io::Result<()> {
    let (host, address, path) = parts(url).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "write the URL as http://127.0.0.1:8080/echo/{call}")
    })?;
    for call in 0..calls {
        let path = path.replace("{call}", &call.to_string());
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let socket = event_loop.add_socket(Socket::connect(address)?);
        let on_answer = move |event_loop: &mut EventLoop<'h>, answer| on_answer(event_loop, call, answer);
        Get { socket, request, sent: 0, received: Vec::new(), on_answer }.advance(event_loop);
    }
    Ok(())
}

fn parts(url: &str) -> Option<(&str, SocketAddr, &str)> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    Some((host, host.parse().ok()?, path))
}

impl<'h, OnAnswer: FnOnce(&mut EventLoop<'h>, String) + 'h> Get<OnAnswer> {
    /// Goes on until it would block, or has the whole answer.
    fn advance(mut self, event_loop: &mut EventLoop<'h>) {
        match self.send_and_receive(event_loop) {
            Ok(()) => self.end(event_loop),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait(event_loop),
            Err(_) => {
                self.received.clear();
                self.end(event_loop);
            }
        }
    }

    fn send_and_receive(&mut self, event_loop: &mut EventLoop<'h>) -> io::Result<()> {
        let socket = event_loop.socket(self.socket)?;
        while self.sent < self.request.len() {
            self.sent += socket.send(&self.request.as_bytes()[self.sent..])?;
        }
        let mut piece = [0; 4096];
        loop {
            match socket.receive(&mut piece)? {
                0 => return Ok(()),
                length => self.received.extend(&piece[..length]),
            }
        }
    }

    fn wait(self, event_loop: &mut EventLoop<'h>) {
        let (socket, is_sent) = (self.socket, self.sent == self.request.len());
        let again = move |event_loop: &mut EventLoop<'h>| self.advance(event_loop);
        let waits = if is_sent {
            event_loop.when_readable(socket, again)
        } else {
            event_loop.when_writable(socket, again)
        };
        if let Err(error) = waits {
            eprintln!("waiting for an answer failed: {error}");
        }
    }

    fn end(self, event_loop: &mut EventLoop<'h>) {
        event_loop.remove(self.socket);
        (self.on_answer)(event_loop, answer(&self.received));
    }
}

/// The status and the body, or that there is none.
fn answer(received: &[u8]) -> String {
    let text = String::from_utf8_lossy(received);
    let status_and_body = || {
        let (head, body) = text.split_once("\r\n\r\n")?;
        Some(format!("{} {}", head.split(' ').nth(1)?, body.escape_default()))
    };
    status_and_body().unwrap_or_else(|| "- incomplete".into())
}
