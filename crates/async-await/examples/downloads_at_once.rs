//! Downloads to disk, all at once.
//!
//! *How it waits*: on one thread, for all sockets together. It cannot wait for the disk in that way: epoll reports a
//! file as always ready, but `write` blocks when the system's cache is full. `tokio::fs` therefore passes each write to
//! a thread that may block, and copies the bytes for it, as `spawn_blocking` does.
//!
//! *What to notice*: the total is the time of the slowest file; `downloads` in `serial` takes the sum of all times.
//! While a download writes, it does not read, so a slow disk slows down its server instead of filling the memory. Bytes
//! go into `NAME.part`, and the file gets its name only when it is whole and on the disk. A program that is killed, or
//! a server that closes the connection too early, never leaves half a file under the final name.
//!
//! *What is deliberately missing*: a limit on downloads at once (`semaphore`); resuming an earlier attempt.
//!
//! ```sh
//! cargo run -p async-await --example downloads_at_once
//! cargo run -p async-await --example downloads_at_once -- FOLDER http://127.0.0.1:8080/files/a?bytes=1000000
//! ```

use std::collections::BTreeSet;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytes::Bytes;
use downstream_call::Call;
use downstream_mock::{Config, Mock, file_bytes};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, HOST};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The longest time that a server may send nothing. A download may take longer.
const SILENCE: Duration = Duration::from_secs(10);

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let failures = match arguments.next() {
        Some(folder) => run(Path::new(&folder), &arguments.collect::<Vec<_>>())?,
        None => show()?,
    };
    std::process::exit(i32::from(failures > 0));
}

/// Downloads four files of 0.3 s each from a mock into a temporary folder.
fn show() -> io::Result<usize> {
    let mock = Mock::start(Config { latency: Duration::ZERO, ..Config::default() })?;
    let folder = tempfile::tempdir().map_err(|error| {
        io::Error::new(error.kind(), format!("{error}: name a folder, or set TMPDIR to one"))
    })?;
    let names = ["north", "east", "south", "west"];
    let url = |name| format!("{}/files/{name}?bytes=300000&bytes_per_second=1000000", mock.url());
    let failures = run(folder.path(), &names.map(url))?;
    for name in names {
        assert_eq!(std::fs::read(folder.path().join(name))?, file_bytes(name, 0..300_000));
    }
    Ok(failures)
}

/// Downloads all files, prints how long each took and all together, and returns how many failed.
pub(crate) fn run(folder: &Path, urls: &[String]) -> io::Result<usize> {
    let calls = calls(urls)?;
    std::fs::create_dir_all(folder)?;
    Builder::new_current_thread().enable_all().build()?.block_on(download_all(folder, calls))
}

async fn download_all(folder: &Path, calls: Vec<(String, Call)>) -> io::Result<usize> {
    let (start, mut failures, bars) = (Instant::now(), 0, MultiProgress::new());
    let mut tasks = JoinSet::new();
    for (name, call) in calls {
        let (path, bar) = (folder.join(&name), bars.add(progress_bar(&name)));
        tasks.spawn(async move {
            let ended = download(&call, &path, &bar).await;
            bar.finish_and_clear();
            (name, ended, start.elapsed())
        });
    }
    while let Some(task) = tasks.join_next().await {
        let (name, ended, time) = task?;
        // Without `suspend` the bars would be drawn over the line.
        bars.suspend(|| match ended {
            Ok(bytes) => println!("{name}: {bytes} bytes in {:.3} s", time.as_secs_f64()),
            Err(error) => {
                failures += 1;
                eprintln!("{name}: {error}");
            }
        });
    }
    println!("all: {:.3} s, at once", start.elapsed().as_secs_f64());
    Ok(failures)
}

/// Each download's name, which is the last part of its path, and its call.
fn calls(urls: &[String]) -> io::Result<Vec<(String, Call)>> {
    let bad = |why: String| io::Error::new(io::ErrorKind::InvalidInput, why);
    let mut names = BTreeSet::new();
    let call = |url: &String| {
        let call = Call::get(url, SILENCE).map_err(|error| bad(error.to_string()))?;
        let path = call.path.split('?').next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.is_empty() || name.starts_with('.') || !name.bytes().all(safe) {
            return Err(bad(format!(
                "{url}: {name:?} cannot be the name of a file; use letters, digits, -, _ and ."
            )));
        }
        if !names.insert(name.clone()) {
            return Err(bad(format!("{url}: {name} comes twice; download it into another folder")));
        }
        Ok((name, call))
    };
    urls.iter().map(call).collect()
}

async fn download(call: &Call, path: &Path, bar: &ProgressBar) -> io::Result<u64> {
    let mut body = in_time(open(call)).await?.into_body();
    let length = body.size_hint().exact();
    // Without a length, a connection that breaks would look like the end of the file.
    let length = length.ok_or_else(|| {
        io::Error::other("the answer has no content-length, so a broken connection would look like its end")
    })?;
    bar.set_length(length);
    let mut part = Part::create(path).await?;
    while let Some(bytes) = in_time(next(&mut body)).await? {
        part.file.write_all(&bytes).await?;
        bar.inc(bytes.len() as u64);
    }
    part.keep().await?;
    Ok(length)
}

/// Asks for a file.
async fn open(call: &Call) -> io::Result<Response<Incoming>> {
    let stream = TcpStream::connect(call.address).await?;
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))?;
    // The connection moves the bytes of the body to its end, and reports its errors to the body.
    tokio::spawn(connection);
    let request = Request::get(&*call.path).header(HOST, &*call.host).header(CONNECTION, "close");
    let request = request.body(Empty::<Bytes>::new()).map_err(io::Error::other)?;
    let response = sender.send_request(request).await.map_err(|error| broken(&error))?;
    if response.status() == 200 {
        Ok(response)
    } else {
        Err(io::Error::other(format!("the answer is {}, not 200", response.status())))
    }
}

/// The next bytes of a body. hyper counts them: a body that ends too early is an error.
async fn next(body: &mut Incoming) -> io::Result<Option<Bytes>> {
    while let Some(frame) = body.frame().await {
        if let Ok(bytes) = frame.map_err(|error| broken(&error))?.into_data() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

/// hyper's message, and its source, which has the reason.
fn broken(error: &hyper::Error) -> io::Error {
    let why = error.source().map(|source| format!("{error}: {source}"));
    io::Error::other(why.unwrap_or_else(|| error.to_string()))
}

async fn in_time<T>(step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let silent = |_| io::Error::other(format!("the server was silent for {SILENCE:?}; try again later"));
    timeout(SILENCE, step).await.map_err(silent)?
}

/// A file under its provisional name, removed unless it is kept.
struct Part {
    file: File,
    path: PathBuf,
    provisional: PathBuf,
    kept: bool,
}

impl Part {
    async fn create(path: &Path) -> io::Result<Self> {
        let mut provisional = path.as_os_str().to_owned();
        provisional.push(".part");
        let file = File::create(&provisional).await?;
        Ok(Self { file, path: path.to_owned(), provisional: provisional.into(), kept: false })
    }

    /// Gives the file its name in one atomic step (rename(2)). Its bytes are written to the disk first; otherwise the
    /// name could be there without them after a power cut.
    async fn keep(mut self) -> io::Result<()> {
        self.file.flush().await?; // the last write may still be under way, and its error with it
        self.file.sync_all().await?;
        fs::rename(&self.provisional, &self.path).await?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part {
    /// Blocks for a moment: a destructor cannot await.
    fn drop(&mut self) {
        if !self.kept {
            // A destructor cannot report the error.
            let _ = std::fs::remove_file(&self.provisional);
        }
    }
}

/// A bar on standard error, if that is a terminal.
fn progress_bar(name: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:12} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}");
    let bar = ProgressBar::new(0).with_message(name.to_owned());
    style.map_or_else(|_| ProgressBar::hidden(), |style| bar.with_style(style))
}
