//! A downstream whose diamond breaks in the middle: A answers, B is closed at once, C and D are held.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};

use downstream_call::Call;

use super::stage::PATIENT;

/// The downstream, until it is stopped.
pub(super) struct BrokenDiamond {
    /// The call below whose path the diamond is.
    pub(super) base: Call,
    thread: JoinHandle<Vec<u8>>,
}

impl BrokenDiamond {
    pub(super) fn start() -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let base =
            Call::get(&format!("http://{address}/diamond"), PATIENT).map_err(|error| error.to_string())?;
        Ok(Self { base, thread: thread::spawn(move || serve(&listener)) })
    }

    /// Ends it; the steps that were asked for, in their order.
    pub(super) fn stop(self) -> Vec<u8> {
        if let Ok(mut last) = TcpStream::connect(self.base.address) {
            let _ = last.write_all(b"GET /diamond/stop HTTP/1.1\r\n");
        }
        self.thread.join().unwrap_or_default()
    }
}

fn serve(listener: &TcpListener) -> Vec<u8> {
    let mut asked = Vec::new();
    for stream in listener.incoming().map_while(Result::ok) {
        match step(&stream) {
            Some(b's') => break,
            Some(b'a') => {
                asked.push(b'a');
                let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nt");
            }
            Some(b'b') => asked.push(b'b'),
            Some(other) => {
                asked.push(other);
                thread::spawn(move || hold(stream));
            }
            None => {}
        }
    }
    asked
}

/// Until the client goes.
fn hold(mut stream: TcpStream) {
    let _ = stream.read(&mut [0]);
}

/// The letter after `/diamond/`; reads the whole head, so that closing is no reset.
fn step(stream: &TcpStream) -> Option<u8> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let letter = *lines.next()?.as_bytes().get("GET /diamond/".len())?;
    if letter != b's' {
        lines.find(String::is_empty)?;
    }
    Some(letter)
}
