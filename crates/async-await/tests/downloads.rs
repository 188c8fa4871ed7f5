//! Both examples of downloads: one after another in `serial`, all at once here. No half file gets its final name.

// Each example is a program with a `main`.
#[allow(dead_code)]
#[path = "../examples/downloads_at_once.rs"]
mod at_once;
#[allow(dead_code)]
#[path = "../../serial/examples/downloads.rs"]
mod one_after_another;

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use downstream_mock::{Config, Mock, file_bytes};
use rstest::rstest;

/// One of the examples.
#[derive(Clone, Copy)]
struct Example {
    name: &'static str,
    run: fn(&Path, &[String]) -> io::Result<usize>,
    peak_in_flight: fn(usize) -> usize,
}

const ONE_AFTER_ANOTHER: Example =
    Example { name: "one after another", run: one_after_another::run, peak_in_flight: |_| 1 };
const AT_ONCE: Example = Example { name: "at once", run: at_once::run, peak_in_flight: |files| files };

fn mock() -> Mock {
    Mock::start(Config { latency: Duration::ZERO, ..Config::default() }).expect("a mock")
}

/// The URL of a server that sends this answer on every connection, and closes it.
fn server(answer: &'static str) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            _ = stream.read(&mut [0; 1024]);
            _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("a file").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}

#[rstest]
fn each_file_is_whole_and_under_its_name(#[values(ONE_AFTER_ANOTHER, AT_ONCE)] example: Example) {
    let (mock, folder) =
        (mock(), tempfile::tempdir().expect("a temporary folder that can be written: set TMPDIR"));
    let sizes = [("empty", 0), ("one", 1), ("large", 3_000_000)];
    let urls = sizes.map(|(name, bytes)| format!("{}/files/{name}?bytes={bytes}", mock.url()));
    assert_eq!((example.run)(folder.path(), &urls).expect("a run"), 0);
    for (name, bytes) in sizes {
        assert_eq!(fs::read(folder.path().join(name)).expect(name), file_bytes(name, 0..bytes));
    }
    assert_eq!(names_in(folder.path()), ["empty", "large", "one"]);
}

#[rstest]
fn files_come_as_the_example_says(#[values(ONE_AFTER_ANOTHER, AT_ONCE)] example: Example) {
    let (mock, folder) =
        (mock(), tempfile::tempdir().expect("a temporary folder that can be written: set TMPDIR"));
    let urls = ["a", "b", "c"]
        .map(|name| format!("{}/files/{name}?bytes=30000&bytes_per_second=150000", mock.url()));
    assert_eq!((example.run)(folder.path(), &urls).expect("a run"), 0);
    assert_eq!(mock.stats().peak_in_flight, (example.peak_in_flight)(urls.len()) as u64);
}

#[rstest]
#[case::cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part")]
#[case::cut_in_the_head("HTTP/1.1 200 OK\r\nContent-")]
#[case::no_answer("")]
#[case::not_found("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")]
#[case::no_length("HTTP/1.1 200 OK\r\n\r\nall, or not?")]
#[case::chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
#[case::not_http("220 mail.example ESMTP\r\n\r\n")]
fn a_failure_leaves_nothing_and_the_rest_goes_on(
    #[case] answer: &'static str,
    #[values(ONE_AFTER_ANOTHER, AT_ONCE)] example: Example,
) {
    let (mock, folder) =
        (mock(), tempfile::tempdir().expect("a temporary folder that can be written: set TMPDIR"));
    fs::write(folder.path().join("file"), "from an earlier day").expect("a file");
    let urls = [format!("{}/file", server(answer)), format!("{}/files/next?bytes=10", mock.url())];
    assert_eq!((example.run)(folder.path(), &urls).expect("a run"), 1);
    assert_eq!(names_in(folder.path()), ["file", "next"]);
    assert_eq!(fs::read(folder.path().join("file")).expect("a file"), b"from an earlier day");
}

#[rstest]
fn a_url_without_a_safe_file_name_is_refused(
    #[values(
        "http://127.0.0.1:9/",
        "http://127.0.0.1:9/..",
        "http://127.0.0.1:9/.hidden",
        "http://127.0.0.1:9/a%2fb",
        "ftp://127.0.0.1/file"
    )]
    url: &str,
    #[values(ONE_AFTER_ANOTHER, AT_ONCE)] example: Example,
) {
    let folder = tempfile::tempdir().expect("a temporary folder that can be written: set TMPDIR");
    assert!((example.run)(folder.path(), &[url.to_owned()]).is_err());
}

#[rstest]
fn two_files_of_one_name_are_refused(#[values(ONE_AFTER_ANOTHER, AT_ONCE)] example: Example) {
    let folder = tempfile::tempdir().expect("a temporary folder that can be written: set TMPDIR");
    let urls = ["http://127.0.0.1:9/x/file", "http://127.0.0.1:9/y/file"].map(str::to_owned);
    assert!((example.run)(folder.path(), &urls).is_err());
}

/// The test starts itself again, with these variables, as the program that is killed.
const CHILD: [&str; 3] = ["DOWNLOAD_EXAMPLE", "DOWNLOAD_URL", "DOWNLOAD_FOLDER"];

#[rstest]
fn a_killed_program_leaves_a_part_and_no_file(#[values(ONE_AFTER_ANOTHER, AT_ONCE)] example: Example) {
    if let [Ok(name), Ok(url), Ok(folder)] = CHILD.map(env::var) {
        if name == example.name {
            _ = (example.run)(Path::new(&folder), &[url]);
        }
        return;
    }
    let (mock, folder) =
        (mock(), tempfile::tempdir().expect("a temporary folder that can be written: set TMPDIR"));
    let url = format!("{}/files/slow?bytes=6000000&bytes_per_second=100000", mock.url());
    let mut child = Command::new(env::current_exe().expect("this test"))
        .arg("a_killed_program_leaves_a_part_and_no_file")
        .env(CHILD[0], example.name)
        .env(CHILD[1], url)
        .env(CHILD[2], folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("a child");
    let part = folder.path().join("slow.part");
    let patience = Instant::now() + Duration::from_secs(10);
    while fs::metadata(&part).map_or(0, |part| part.len()) == 0 && Instant::now() < patience {
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("a child");
    child.wait().expect("a child");
    assert_eq!(names_in(folder.path()), ["slow.part"]);
}
