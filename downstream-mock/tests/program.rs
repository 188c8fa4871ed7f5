//! The mock as a program: its lines, its copies, its end.

#![cfg(target_os = "linux")]

mod client;

use client::{get, receive, send};
use downstream_mock::{faults::catalogue, raise_descriptor_limit};
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use std::{
    io::{BufRead, BufReader, ErrorKind, Read},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout, Command, Output, Stdio},
    time::Duration,
};

struct Program {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start(options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_downstream-mock"))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, output }
    }

    fn address(&mut self) -> SocketAddr {
        let url = self.line();
        url.trim_start_matches("http://").parse().unwrap_or_else(|_| panic!("{url:?} is not a URL"))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    fn ask_for_counts(&self) {
        kill_process(Pid::from_child(&self.child), Signal::USR1).expect("it runs");
    }

    /// CPU time of all its threads.
    fn cpu_time(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("it runs");
        let nanoseconds = tasks.map(|task| {
            let schedstat = std::fs::read_to_string(task.expect("a thread").path().join("schedstat"));
            let first = schedstat.ok().and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
            first.expect("the CPU time of a thread")
        });
        Duration::from_nanos(nanoseconds.sum())
    }

    /// The rest of its output after a signal, and its exit status.
    fn end(mut self, signal: Signal) -> (String, Option<i32>) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
        let mut last = String::new();
        self.output.read_to_string(&mut last).expect("text");
        (last, self.child.wait().expect("it ends").code())
    }
}

#[test]
fn the_program_prints_its_url_and_ends_with_its_counts() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut program = Program::start(&["--address", "127.0.0.1:0", "--latency-ms", "5"]);
        let address = program.address();
        assert_eq!(get(address, "/get_resource").body, "Hello World!");
        let (last, status) = program.end(signal);
        let counts = "1 requests, 1 answered, 0 aborted, at most 1 in flight and 1 connections open";
        assert_eq!(last.trim_end(), format!("http://{address}: {counts}"));
        assert_eq!(status, Some(0));
    }
}

#[test]
fn a_signal_asks_every_process_for_its_counts_and_ends_none() {
    let mut program = Program::start(&["--address=127.0.0.1:0", "--latency-ms=0", "--processes=2"]);
    let addresses = [(); 2].map(|()| program.address());
    get(addresses[1], "/get_resource");
    for _ in 0..2 {
        program.ask_for_counts();
        let mut counts = [(); 2].map(|()| program.line());
        counts.sort();
        let wanted = addresses.map(|address| format!("http://{address}: "));
        assert!(counts[0].starts_with(&format!("{}0 requests, 0 answered", wanted[0])), "{counts:?}");
        assert!(counts[1].starts_with(&format!("{}1 requests, 1 answered", wanted[1])), "{counts:?}");
    }
    assert_eq!(program.end(Signal::TERM).1, Some(0));
}

#[test]
fn every_call_gets_the_fault_that_was_asked_for() {
    let mut program = Program::start(&["--address=127.0.0.1:0", "--fault=close-without-answer"]);
    let address = program.address();
    for _ in 0..2 {
        let mut bytes = Vec::new();
        send(address, "GET", "/echo/1").read_to_end(&mut bytes).expect("an orderly end");
        assert!(bytes.is_empty(), "{bytes:?}");
    }
    let (last, status) = program.end(Signal::TERM);
    assert!(last.contains("2 requests, 2 answered"), "{last}");
    assert_eq!(status, Some(0));
    let mut refuses = Program::start(&["--address=127.0.0.1:0", "--fault=refused"]);
    assert_eq!(TcpStream::connect(refuses.address()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    let mut on_ipv6 = Program::start(&["--address=127.0.0.1:0", "--fault=ipv6"]);
    assert!(on_ipv6.address().is_ipv6());
    for program in [refuses, on_ipv6] {
        program.end(Signal::TERM);
    }
}

#[test]
fn every_fault_is_listed_with_how_a_call_must_end() {
    let output = run(&["--list-faults"]);
    let list = String::from_utf8(output.stdout).expect("text");
    assert_eq!((list.lines().count(), output.status.code()), (catalogue().len(), Some(0)));
    let words = |line: &str| line.split_whitespace().map(String::from).collect::<Vec<_>>();
    assert!(
        list.lines().any(|line| words(line) == ["connect", "close-at-accept", "incomplete", "or", "reset"])
    );
}

#[test]
fn further_processes_answer_on_the_next_addresses_and_end_with_the_first() {
    let mut program =
        Program::start(&["--address=127.0.0.1:0", "--latency-ms=0", "--seed=9", "--processes=3"]);
    let addresses = [(); 3].map(|()| program.address());
    let port = addresses[0].port();
    assert_eq!(
        addresses.map(|address| address.to_string()),
        [1, 2, 3].map(|n| format!("127.0.0.{n}:{port}"))
    );
    let tokens = addresses.map(|address| get(address, "/diamond/a").body);
    assert_eq!(tokens[0], tokens[2], "the options reach the children");
    let (last, status) = program.end(Signal::TERM);
    assert_eq!((last.lines().count(), status), (3, Some(0)), "{last}");
    assert!(TcpStream::connect(addresses[2]).is_err());
}

#[test]
fn children_end_when_their_parent_is_killed() {
    let mut program = Program::start(&["--address=127.0.0.1:0", "--processes=2"]);
    let [_, second] = [(); 2].map(|()| program.address());
    let mut waiting = send(second, "GET", "/echo/1?latency_ms=3600000");
    program.end(Signal::KILL);
    // Only the end of the child can end this read.
    assert_eq!(waiting.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn out_of_descriptors_the_mock_answers_slowly_warns_once_and_does_not_spin() {
    let mut program = Program::start(&["--address=127.0.0.1:0", "--latency-ms=300"]);
    let address = program.address();
    let few = Rlimit { current: Some(40), maximum: Some(40) };
    prlimit(Some(Pid::from_child(&program.child)), Resource::Nofile, few).expect("a lower limit");
    let sockets: Vec<TcpStream> = (0..100).map(|id| send(address, "GET", &format!("/echo/{id}"))).collect();
    for (id, socket) in sockets.into_iter().enumerate() {
        assert_eq!(receive(socket).body, id.to_string());
    }
    let cpu_time = program.cpu_time();
    assert!(cpu_time < Duration::from_millis(300), "{cpu_time:?} of CPU time on waiting");
    let mut errors = program.child.stderr.take().expect("piped");
    let (last, _) = program.end(Signal::TERM);
    let (counts, most) = last.split_once(", at most ").expect("counts");
    let most: usize = most.split(' ').next().expect("a word").parse().expect("a number");
    assert!(counts.ends_with("100 answered, 0 aborted") && (10..40).contains(&most), "{last}");
    let mut message = String::new();
    errors.read_to_string(&mut message).expect("text");
    assert!(message.lines().count() == 1 && message.contains("ulimit -n"), "{message}");
}

#[test]
fn ten_thousand_calls_wait_at_once_in_little_memory() {
    const CALLS: usize = 10_000;
    raise_descriptor_limit().expect("a higher limit");
    let mut program = Program::start(&["--address=127.0.0.1:0", "--latency-ms=1500"]);
    let address = program.address();
    let sockets: Vec<TcpStream> = (0..CALLS).map(|id| send(address, "GET", &format!("/echo/{id}"))).collect();
    let resident_bytes = resident_bytes(program.child.id());
    assert!(resident_bytes < 16 * 1024 * CALLS as u64, "{resident_bytes} bytes");
    for (id, socket) in sockets.into_iter().enumerate() {
        assert_eq!(receive(socket).body, id.to_string());
    }
    let (last, _) = program.end(Signal::TERM);
    assert!(last.contains("10000 answered, 0 aborted"), "{last}");
}

fn resident_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a resident size");
    1024 * line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number")
}

#[test]
fn wrong_usage_is_one_line_with_a_cure() {
    for (option, cure) in [
        ("--address=0.0.0.0", "add --allow-non-loopback"),
        ("--address=192.0.2.1:0", "choose a loopback address"),
        ("--address=[::1]:0", "listen on 127.0.0.1"),
    ] {
        let output = run(&[option, "--processes=2"]);
        let message = String::from_utf8(output.stderr).expect("text");
        assert!(message.lines().count() == 1 && message.contains(cure), "{message}");
        assert_eq!(output.status.code(), Some(2), "{message}");
    }
}

#[test]
fn a_fault_that_does_not_exist_is_wrong_usage_with_the_nearest_name() {
    for (option, cure) in [
        ("--fault=refusd", "did you mean refused"),
        ("--fault=rese", "did you mean reset-at-"),
        ("--fault=zzz", "--list-faults shows them all"),
        ("--address=nowhere", "such as 127.0.0.1:8080"),
        ("--latency-ms=-1", "write a whole number, 0 or more"),
    ] {
        let output = run(&[option]);
        let message = String::from_utf8(output.stderr).expect("text");
        assert!(message.contains(cure) && output.status.code() == Some(2), "{message}");
    }
}

fn run(options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_downstream-mock")).args(options).output().expect("the program starts")
}
