//! A race that is served while it runs, from the side of a browser that behaves badly.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

const MEANWHILE: &str = env!("CARGO_BIN_EXE_meanwhile");

#[test]
fn a_browser_hears_the_whole_race_and_its_end() {
    let mut race = Race::start(&["serial", "--calls=3", "--latency=300ms", "--live"]);
    let events = race.get("/events");
    assert!(events.contains("event: run") && events.contains("event: over"), "{events}");
    assert_eq!(race.ended(), Some(0));
}

#[test]
fn a_thread_has_a_lane_long_before_its_state_changes() {
    let race = Race::start(&["serial", "--calls=1", "--latency=3s", "--live"]);
    let mut stream = race.connect();
    stream.write_all(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").expect("sent");
    let runs = BufReader::new(stream).lines().map_while(Result::ok).filter_map(|line| run_of(&line));
    // The only call waits all the time, so that its thread has one long sleep.
    let mut under_way = runs.take_while(|run| run["end"].is_null());
    let is_drawn = |run: &Value| {
        run["threads"].as_array().is_some_and(|threads| {
            threads.iter().any(|thread| thread["spans"].as_array().is_some_and(|spans| !spans.is_empty()))
        })
    };
    assert!(under_way.any(|run| is_drawn(&run) && run["system_calls"] != json!([])), "no lane is drawn");
}

/// The run in a line of an event, if it has one.
fn run_of(line: &str) -> Option<Value> {
    let event: Value = serde_json::from_str(line.strip_prefix("data: ")?).ok()?;
    event.get("run").cloned()
}

#[test]
fn a_browser_that_goes_away_or_reads_nothing_harms_nothing() {
    let mut race = Race::start(&["serial", "--calls=3", "--latency=300ms", "--live"]);
    let mut reads_nothing = race.connect();
    reads_nothing.write_all(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").expect("sent");
    let mut goes_away = race.connect();
    goes_away.write_all(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").expect("sent");
    goes_away.read_exact(&mut [0; 12]).expect("an answer");
    drop(goes_away);
    assert_eq!(race.ended(), Some(0));
}

#[test]
fn only_addresses_are_answered() {
    let race = Race::start(&["serial", "--calls=1", "--live", "--room"]);
    let ask = |host: &str| race.ask(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
    for host in ["127.0.0.1", "localhost", "127.0.0.1:80", "[::1]:80"] {
        assert!(ask(host).starts_with("HTTP/1.1 200"), "{host}: {}", ask(host));
    }
    assert!(ask("evil.example").starts_with("HTTP/1.1 403"));
}

#[test]
fn a_race_with_a_room_starts_by_the_token_of_its_page_and_by_nothing_else() {
    let mut race = Race::start(&["serial", "--calls=1", "--latency=50ms", "--live", "--room"]);
    assert!(race.post("/start/0000", "").starts_with("HTTP/1.1 403"));
    let page = race.get("/");
    let start = page.split('"').find(|part| part.starts_with("/start/")).expect("the address of the button");
    assert!(!race.get("/room").contains("/start/"), "the room cannot start it");
    assert!(race.post(start, "").starts_with("HTTP/1.1 204"));
    assert_eq!(race.ended(), Some(0));
}

#[test]
fn predictions_are_bounded_and_count_once() {
    let race = Race::start(&["serial", "--calls=1", "--live", "--room"]);
    let room = race.get("/room");
    let (_, rest) = room.split_once("\"token\":\"").expect("a token");
    let token = rest.split('"').next().expect("its end");
    let send =
        |values: &str| race.post("/predictions", &format!("{{\"token\":\"{token}\",\"values\":{values}}}"));
    for values in ["[]", "[-1]", "[1,2]", "[1e999]", "[\"1\"]", "null"] {
        assert!(send(values).starts_with("HTTP/1.1 400"), "{values}: {}", send(values));
    }
    assert!(send(&format!("[1{}]", " ".repeat(20_000))).starts_with("HTTP/1.1 413"));
    assert!(send("[1.5]").starts_with("HTTP/1.1 204"));
    assert!(send("[1.5]").starts_with("HTTP/1.1 409"));
}

#[test]
fn the_terminal_says_where_the_room_predicts_how_many_did_and_that_the_race_starts() {
    let mut race = Race::start(&["serial", "--calls=1", "--latency=50ms", "--live", "--room"]);
    let (room, first) = (race.get("/room"), race.get("/"));
    assert!(room.contains("\"waits\":\"in a blocking read"), "each contestant says how it waits: {room}");
    let token =
        room.split_once("\"token\":\"").and_then(|(_, rest)| rest.split('"').next()).expect("a token");
    race.post("/predictions", &format!("{{\"token\":\"{token}\",\"values\":[1.5]}}"));
    race.post(first.split('"').find(|part| part.starts_with("/start/")).expect("a button"), "");
    let said = race.said();
    let expected = format!("the room predicts at http://127.0.0.1:{}/room\n(no other machine", race.port);
    assert!(said.starts_with(&expected) && said.contains("\nthe button on the page starts"), "{said}");
    assert!(said.ends_with("\n1 prediction: the race starts\n"), "{said}");
}

#[test]
fn a_room_needs_a_live_race() {
    let output =
        Command::new(MEANWHILE).args(["race", "serial", "--room"]).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--live"), "{output:?}");
}

/// A race that is under way on a port of its own.
struct Race {
    process: Child,
    port: u16,
    /// Kept open: a race that cannot write its progress would be a different one.
    lines: BufReader<ChildStderr>,
}

impl Race {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(MEANWHILE)
            .arg("race")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the race starts");
        let mut lines = BufReader::new(process.stderr.take().expect("a pipe"));
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        let port = line.trim().trim_end_matches('/').rsplit(':').next().and_then(|port| port.parse().ok());
        Self { process, port: port.unwrap_or_else(|| panic!("no port in {line:?}")), lines }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the page is served");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
        stream
    }

    /// The whole answer to a request.
    fn ask(&self, request: &str) -> String {
        let mut stream = self.connect();
        // One that is refused may be answered before it was read to its end.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"))
    }

    fn post(&self, path: &str, body: &str) -> String {
        let length = body.len();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
    }

    /// The rest of what it says on standard error.
    fn said(&mut self) -> String {
        let mut said = String::new();
        self.lines.read_to_string(&mut said).expect("text");
        said
    }

    fn ended(&mut self) -> Option<i32> {
        self.process.wait().expect("its end").code()
    }
}

impl Drop for Race {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
