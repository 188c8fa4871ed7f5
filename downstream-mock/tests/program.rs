//! The mock as a program: its lines, its copies, its end.

#![cfg(target_os = "linux")]

mod client;

use client::{get, send};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, Stdio},
};

struct Program {
    child: Child,
    says: BufReader<ChildStdout>,
}

impl Program {
    fn start(options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_downstream-mock"))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let says = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, says }
    }

    fn address(&mut self) -> SocketAddr {
        let url = self.line();
        url.trim_start_matches("http://").parse().unwrap_or_else(|_| panic!("{url:?} is no URL"))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.says.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// What it says after a signal, and its exit status.
    fn end(mut self, signal: Signal) -> (String, Option<i32>) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
        let mut last = String::new();
        self.says.read_to_string(&mut last).expect("text");
        (last, self.child.wait().expect("it ends").code())
    }
}

#[test]
fn the_program_says_its_url_and_ends_with_its_counts() {
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
    assert!(std::net::TcpStream::connect(addresses[2]).is_err());
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
fn wrong_usage_is_one_line_with_a_cure() {
    for (option, cure) in [
        ("--address=0.0.0.0:0", "choose a loopback address"),
        ("--address=192.0.2.1:0", "loopback"),
        ("--address=[::1]:0", "listen on 127.0.0.1"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_downstream-mock"))
            .args([option, "--processes=2"])
            .output()
            .expect("the program starts");
        let message = String::from_utf8(output.stderr).expect("text");
        assert!(
            !output.status.success() && message.lines().count() == 1 && message.contains(cure),
            "{message}"
        );
    }
}
