//! A downstream whose diamond breaks in its middle: A is answered; B is closed or answered a moment later; C and D are held.
//!
//! *How it waits*: in blocking accepts and reads, on threads of its own: it holds two connections, not thousands.
//!
//! *What to notice*: it never answers C and D. So a client that closes them has given them up, and
//! [`BrokenDiamond::given_up`] lists which.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How long B waits: long enough for a client to ask for C and D as well.
const B_LATENCY: Duration = Duration::from_millis(30);

/// The time between two looks at the calls that were given up.
const LOOK: Duration = Duration::from_millis(1);

/// What the downstream does a moment after the request for B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepB {
    /// Closes the connection without an answer.
    Closes,
    /// Answers with the body `b`.
    Answers,
}

/// The downstream, until it is dropped.
pub struct BrokenDiamond {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    asked: String,
    given_up: String,
}

impl BrokenDiamond {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port or descriptor is left.
    pub fn start(b: StepB) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let seen = Arc::default();
        let shared = Arc::clone(&seen);
        let thread = Some(thread::spawn(move || serve(&listener, b, &shared)));
        Ok(Self { address, seen, thread })
    }

    /// Where the diamond is: `http://127.0.0.1:40123/diamond`.
    pub fn url(&self) -> String {
        format!("http://{}/diamond", self.address)
    }

    /// The letters of the calls that were requested, in their order.
    pub fn asked(&self) -> String {
        lock(&self.seen).asked.clone()
    }

    /// The letters of the calls whose connection the client has closed without an answer.
    pub fn given_up(&self) -> String {
        lock(&self.seen).given_up.clone()
    }

    /// Waits until this many calls are given up; returns `false` if they are not when `patience` has passed.
    pub fn wait_for_given_up(&self, calls: usize, patience: Duration) -> bool {
        let start = Instant::now();
        while self.given_up().len() < calls {
            if start.elapsed() > patience {
                return false;
            }
            thread::sleep(LOOK);
        }
        true
    }
}

impl Drop for BrokenDiamond {
    fn drop(&mut self) {
        // This request ends the thread's wait for a request. If it cannot be made, the thread ends with the process.
        let Ok(mut last) = TcpStream::connect(self.address) else { return };
        if last.write_all(b"GET /diamond/stop HTTP/1.1\r\n\r\n").is_ok() {
            let _ = self.thread.take().map(JoinHandle::join);
        }
    }
}

fn serve(listener: &TcpListener, b: StepB, seen: &Arc<Mutex<Seen>>) {
    for stream in listener.incoming().map_while(Result::ok) {
        let letter = match letter(&stream) {
            Ok('s') => break,
            Ok(letter) => letter,
            Err(_) => continue,
        };
        lock(seen).asked.push(letter);
        match (letter, b) {
            ('a', _) => answer(&stream, letter),
            ('b', _) => _ = thread::spawn(move || end_b(&stream, b)),
            _ => hold(stream, letter, Arc::clone(seen)),
        }
    }
}

/// The letter after `/diamond/`. Reads the whole head, because closing a socket with unread bytes resets the
/// connection.
fn letter(stream: &TcpStream) -> io::Result<char> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let path = request.strip_prefix("GET /diamond/").ok_or(io::ErrorKind::InvalidData)?;
    path.chars().next().ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn end_b(stream: &TcpStream, b: StepB) {
    thread::sleep(B_LATENCY);
    match b {
        StepB::Answers => answer(stream, 'b'),
        StepB::Closes => {}
    }
}

fn answer(mut stream: &TcpStream, letter: char) {
    // It fails only if the client has left.
    let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n{letter}");
}

/// Keeps the connection open until the client closes it.
fn hold(mut stream: TcpStream, letter: char, seen: Arc<Mutex<Seen>>) {
    thread::spawn(move || {
        let _ = stream.read(&mut [0]);
        lock(&seen).given_up.push(letter);
    });
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[path = "broken_diamond_tests.rs"]
mod tests;
