//! Downloads to disk, one after another.
//!
//! *How it waits*: in `read` for the network, then in `write` for the disk; while it waits for one, the other is idle.
//! Usually `write` returns at once, because it only fills the system's cache. When the cache is full, and in `sync_all`,
//! the thread waits for the disk itself.
//!
//! *What to notice*: the total is the sum of all times; `downloads_at_once` in `async-await` takes as long as the slowest
//! file. Bytes go into `NAME.part`, and the file gets its name only when it is whole and on the disk. A program that is
//! killed, or a server that closes the connection too early, never leaves half a file under the final name.
//!
//! *What is deliberately missing*: `Exchange`, which keeps whole bodies in memory; chunked bodies; resuming an earlier
//! attempt.
//!
//! ```sh
//! cargo run -p serial --example downloads
//! cargo run -p serial --example downloads -- FOLDER http://127.0.0.1:8080/files/a?bytes=1000000
//! ```

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use downstream_call::{Call, MAX_FIELDS, MAX_HEAD_BYTES};
use downstream_mock::{Config, Mock, file_bytes};
use indicatif::{ProgressBar, ProgressStyle};

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
        assert_eq!(fs::read(folder.path().join(name))?, file_bytes(name, 0..300_000));
    }
    Ok(failures)
}

/// Downloads all files, prints how long each took and all together, and returns how many failed.
pub(crate) fn run(folder: &Path, urls: &[String]) -> io::Result<usize> {
    let calls = calls(urls)?;
    fs::create_dir_all(folder)?;
    let (start, mut failures) = (Instant::now(), 0);
    for (name, call) in calls {
        let (began, bar) = (Instant::now(), progress_bar(&name));
        let ended = download(&call, &folder.join(&name), &bar);
        bar.finish_and_clear();
        match ended {
            Ok(bytes) => println!("{name}: {bytes} bytes in {:.3} s", began.elapsed().as_secs_f64()),
            Err(error) => {
                failures += 1;
                eprintln!("{name}: {}", explain(error));
            }
        }
    }
    println!("all: {:.3} s, one after another", start.elapsed().as_secs_f64());
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

/// A timeout of a socket has a strange name (socket(7)).
fn explain(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => io::Error::new(
            io::ErrorKind::TimedOut,
            format!("the server was silent for {SILENCE:?}; try again later"),
        ),
        _ => error,
    }
}

fn download(call: &Call, path: &Path, bar: &ProgressBar) -> io::Result<u64> {
    let (length, body) = open(call)?;
    bar.set_length(length);
    let mut part = Part::create(path)?;
    let copied = io::copy(&mut body.take(length), &mut bar.wrap_write(&mut part.file))?;
    if copied < length {
        let cut = format!("the connection closed after {copied} of {length} bytes; try again");
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, cut));
    }
    part.keep()?;
    Ok(length)
}

/// Asks for a file: its length, and the connection with its bytes.
fn open(call: &Call) -> io::Result<(u64, impl Read)> {
    call.check().map_err(io::Error::other)?;
    let mut stream = TcpStream::connect_timeout(&call.address, SILENCE)?;
    stream.set_read_timeout(Some(SILENCE))?;
    stream.set_write_timeout(Some(SILENCE))?;
    write!(stream, "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", call.path, call.host)?;
    let mut body = BufReader::new(stream);
    let length = parse(&head(&mut body)?)?;
    Ok((length, body))
}

/// The bytes up to the empty line.
fn head(answer: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let (mut head, mut answer) = (Vec::new(), answer.take(MAX_HEAD_BYTES as u64));
    while !head.ends_with(b"\n\r\n") && !head.ends_with(b"\n\n") {
        if answer.read_until(b'\n', &mut head)? == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the answer ended within its head"));
        }
    }
    Ok(head)
}

/// The length of a file that is there. Without one, a connection that breaks would look like the end of the file.
fn parse(head: &[u8]) -> io::Result<u64> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut answer = httparse::Response::new(&mut fields);
    answer.parse(head).map_err(io::Error::other)?;
    if answer.code != Some(200) {
        return Err(io::Error::other(format!(
            "the answer is {:?}, not 200",
            answer.code.unwrap_or_default()
        )));
    }
    let value = |name: &str| answer.headers.iter().find(|field| field.name.eq_ignore_ascii_case(name));
    let length = value("content-length").filter(|_| value("transfer-encoding").is_none());
    let length = length.and_then(|field| std::str::from_utf8(field.value).ok()?.parse().ok());
    length.ok_or_else(|| {
        io::Error::other("the answer has no content-length, so a broken connection would look like its end")
    })
}

/// A file under its provisional name, removed unless it is kept.
struct Part {
    file: File,
    path: PathBuf,
    provisional: PathBuf,
    kept: bool,
}

impl Part {
    fn create(path: &Path) -> io::Result<Self> {
        let mut provisional = path.as_os_str().to_owned();
        provisional.push(".part");
        let file = File::create(&provisional)?;
        Ok(Self { file, path: path.to_owned(), provisional: provisional.into(), kept: false })
    }

    /// Gives the file its name in one atomic step (rename(2)). Its bytes are written to the disk first; otherwise the
    /// name could be there without them after a power cut.
    fn keep(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.provisional, &self.path)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            // A destructor cannot report the error.
            let _ = fs::remove_file(&self.provisional);
        }
    }
}

/// A bar on standard error, if that is a terminal.
fn progress_bar(name: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:12} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}");
    let bar = ProgressBar::new(0).with_message(name.to_owned());
    style.map_or_else(|_| ProgressBar::hidden(), |style| bar.with_style(style))
}
