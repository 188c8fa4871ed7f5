//! No half file ever stands under its final name.

// The example is a program: it has a `main`.
#[allow(dead_code)]
#[path = "../examples/downloads_at_once.rs"]
mod downloads_at_once;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use downstream_mock::{Config, Mock, file_bytes};
use rstest::rstest;

fn mock() -> Mock {
    Mock::start(Config { latency: Duration::ZERO, ..Config::default() }).expect("a mock")
}

/// The URL of a server that gives this answer to everybody, and closes.
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

#[test]
fn each_file_is_whole_and_under_its_name() {
    let (mock, folder) = (mock(), tempfile::tempdir().expect("a folder"));
    let sizes = [("empty", 0), ("one", 1), ("large", 3_000_000)];
    let urls = sizes.map(|(name, bytes)| format!("{}/files/{name}?bytes={bytes}", mock.url()));
    assert_eq!(downloads_at_once::run(folder.path(), &urls).expect("a run"), 0);
    for (name, bytes) in sizes {
        assert_eq!(fs::read(folder.path().join(name)).expect(name), file_bytes(name, 0..bytes));
    }
    assert_eq!(names_in(folder.path()), ["empty", "large", "one"]);
}

#[test]
fn files_come_at_the_same_time() {
    let (mock, folder) = (mock(), tempfile::tempdir().expect("a folder"));
    let urls = ["a", "b", "c"]
        .map(|name| format!("{}/files/{name}?bytes=30000&bytes_per_second=150000", mock.url()));
    assert_eq!(downloads_at_once::run(folder.path(), &urls).expect("a run"), 0);
    assert_eq!(mock.stats().peak_in_flight, 3);
}

#[rstest]
#[case::cut("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly so much")]
#[case::cut_in_the_head("HTTP/1.1 200 OK\r\nContent-")]
#[case::no_answer("")]
#[case::not_found("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno")]
#[case::no_length("HTTP/1.1 200 OK\r\n\r\nall, or not?")]
#[case::chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
#[case::not_http("220 mail.example ESMTP\r\n\r\n")]
fn a_failure_leaves_nothing_and_the_rest_goes_on(#[case] answer: &'static str) {
    let (mock, folder) = (mock(), tempfile::tempdir().expect("a folder"));
    fs::write(folder.path().join("file"), "from an earlier day").expect("a file");
    let urls = [format!("{}/file", server(answer)), format!("{}/files/next?bytes=10", mock.url())];
    assert_eq!(downloads_at_once::run(folder.path(), &urls).expect("a run"), 1);
    assert_eq!(names_in(folder.path()), ["file", "next"]);
    assert_eq!(fs::read(folder.path().join("file")).expect("a file"), b"from an earlier day");
}

#[rstest]
#[case("http://127.0.0.1:9/")]
#[case("http://127.0.0.1:9/..")]
#[case("http://127.0.0.1:9/.hidden")]
#[case("http://127.0.0.1:9/a%2fb")]
#[case("ftp://127.0.0.1/file")]
fn a_name_that_is_none_is_refused(#[case] url: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(downloads_at_once::run(folder.path(), &[url.to_owned()]).is_err());
}

#[test]
fn two_files_of_one_name_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let urls = ["http://127.0.0.1:9/x/file", "http://127.0.0.1:9/y/file"].map(str::to_owned);
    assert!(downloads_at_once::run(folder.path(), &urls).is_err());
}

#[test]
fn a_killed_program_leaves_a_part_and_no_file() {
    let (mock, folder) = (mock(), tempfile::tempdir().expect("a folder"));
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "a_download_that_takes_a_minute", "--ignored"])
        .env("DOWNLOAD_URL", format!("{}/files/slow?bytes=6000000&bytes_per_second=100000", mock.url()))
        .env("DOWNLOAD_FOLDER", folder.path())
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

#[test]
#[ignore = "the killed program of the test above"]
fn a_download_that_takes_a_minute() {
    // Without these, somebody runs all ignored tests.
    let (Ok(url), Ok(folder)) = (std::env::var("DOWNLOAD_URL"), std::env::var("DOWNLOAD_FOLDER")) else {
        return;
    };
    _ = downloads_at_once::run(Path::new(&folder), &[url]);
}
