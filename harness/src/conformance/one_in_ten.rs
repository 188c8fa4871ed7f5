//! A downstream that closes one connection in ten without an answer, and gives the others theirs.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The downstream, until it is dropped.
pub(super) struct OneInTen {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How long a client may take to send its request.
const PATIENCE: Duration = Duration::from_secs(2);

impl OneInTen {
    pub(super) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stopped);
        let thread = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if seen.load(Ordering::Acquire) {
                    break;
                }
                // Whoever does not ask properly gets no answer.
                let _ = answer(&stream);
            }
        });
        Ok(Self { address, stopped, thread: Some(thread) })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether this call gets no answer.
    pub(super) fn fails(call: usize) -> bool {
        call % 10 == 3
    }
}

impl Drop for OneInTen {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
        // The connection ends the wait for one.
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Reads the whole head, so that closing is no reset.
fn answer(mut stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    let id = request.split(' ').nth(1).and_then(|path| path.strip_prefix("/echo/")).unwrap_or_default();
    match id.parse() {
        Ok(call) if !OneInTen::fails(call) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{id}", id.len())
        }
        _ => Ok(()),
    }
}
