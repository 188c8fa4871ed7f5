//! A downstream that closes one connection in ten without an answer, and answers all others.
//!
//! *How it waits*: in a blocking accept, on a thread of its own, one connection after the other.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
    thread::{self, JoinHandle},
    time::Duration,
};

/// The downstream, until it is dropped.
pub struct OneInTen {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How long a client may take to send its request.
const PATIENCE: Duration = Duration::from_secs(2);

impl OneInTen {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// No port or descriptor is left.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if seen.load(Ordering::Acquire) {
                    break;
                }
                // A client that does not send a request gets no answer.
                let _ = answer(&stream);
            }
        });
        Ok(Self { address, stopped, thread: Some(thread) })
    }

    /// Where it listens; `/echo/{call}` below it answers with the call.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether this call gets no answer.
    pub const fn fails(call: usize) -> bool {
        call % 10 == 3
    }
}

impl Drop for OneInTen {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // This connection ends the thread's wait for one. If it cannot be made, the thread ends with the process.
        if TcpStream::connect(self.address).is_ok() {
            let _ = self.thread.take().map(JoinHandle::join);
        }
    }
}

/// Reads the whole head, because closing a socket with unread bytes resets the connection.
fn answer(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    let id = request.split(' ').nth(1).and_then(|path| path.strip_prefix("/echo/")).unwrap_or_default();
    match id.parse() {
        Ok(call) if !OneInTen::fails(call) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{id}", id.len())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "one_in_ten_tests.rs"]
mod tests;
