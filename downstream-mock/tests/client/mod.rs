//! A client made of the standard library alone, because code that is tested must not be needed to test the mock.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// Long enough for every test here, and short enough for one that fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// A status and a body, as text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Connects and sends a request, and leaves the answer to the caller.
pub(crate) fn send(address: SocketAddr, method: &str, path: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).expect("the mock listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    write!(socket, "{method} {path} HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n").expect("sent");
    socket
}

/// Reads until the server closes.
pub(crate) fn receive(mut socket: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).expect("the server answers and closes");
    parse(&bytes)
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    receive(send(address, "GET", path))
}

/// Sends bytes as they are, and returns all bytes of the answer.
pub(crate) fn talk(address: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.write_all(request)?;
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}
