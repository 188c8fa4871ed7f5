//! The examples, run as programs: piped, from a file, in a terminal.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// `cargo test` builds examples beside the tests.
fn example(name: &str) -> Command {
    let tests = std::env::current_exe().expect("this program has a path");
    let path: PathBuf = tests.ancestors().nth(2).expect("target/PROFILE").join("examples").join(name);
    assert!(path.exists(), "{} is missing: run cargo test without choosing a test target", path.display());
    Command::new(path)
}

fn with_input(mut command: Command, input: &[u8]) -> Output {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("an example");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn fib_stdin(mode: &str, input: &str) -> (String, String) {
    let mut command = example("fib_stdin");
    command.arg(mode);
    let output = with_input(command, input.as_bytes());
    assert!(output.status.success());
    (text(output.stdout), text(output.stderr))
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("text")
}

/// The number of ticks that came while the number was computed.
fn ticks(output: &str, result: &str) -> u32 {
    let line = output.lines().find(|line| line.starts_with(result)).expect("this result");
    let ticks = line.split_whitespace().rev().nth(1);
    ticks.and_then(|ticks| ticks.parse().ok()).expect("a number of ticks")
}

#[test]
fn computing_in_one_callback_lets_no_tick_come() {
    let (output, errors) = fib_stdin("--blocking", "30\n10\n");
    assert_eq!(ticks(&output, "fib(30) = 832040 "), 0);
    assert_eq!(ticks(&output, "fib(10) = 55 "), 0);
    assert_eq!(errors, "");
}

#[test]
fn computing_step_by_step_lets_ticks_come_and_a_small_number_overtake() {
    let (output, errors) = fib_stdin("--stepwise", "34\n10\n");
    assert!(ticks(&output, "fib(34) = 5702887 ") > 0);
    let place = |result| output.find(result).expect("this result");
    assert!(place("fib(10) = 55 ") < place("fib(34)"));
    assert_eq!(errors, "");
}

#[test]
fn bad_input_gets_a_message_and_the_loop_goes_on() {
    for mode in ["--blocking", "--stepwise"] {
        let (output, errors) = fib_stdin(mode, "seven\n\n-1\n46\n 7 \r\n\u{fffd}\n2");
        assert!(output.contains("fib(7) = 13 ") && output.contains("fib(2) = 1 "), "{output}");
        let refused: Vec<_> = errors.lines().collect();
        assert_eq!(refused.len(), 5, "{errors}");
        assert_eq!(refused[0], r#""seven" is not a number from 0 to 45"#);
    }
}

#[test]
fn no_input_at_all_ends_at_once() {
    for input in [Stdio::null(), Stdio::piped()] {
        let output = example("fib_stdin").stdin(input).output().expect("it ends");
        assert!(output.status.success());
        assert!(text(output.stdout).contains("the ticker was late by "));
    }
}

#[test]
fn a_file_is_read_although_epoll_refuses_it() {
    let path = std::env::temp_dir().join(format!("fib_stdin-{}.txt", std::process::id()));
    let lines: String = (0..2000).map(|n| format!("{}\n", n % 20)).collect();
    std::fs::write(&path, lines).expect("a temporary folder that can be written: set TMPDIR");
    let file = File::open(&path).expect("the file");
    std::fs::remove_file(&path).expect("it is open, so it stays readable");
    let output = example("fib_stdin").stdin(file).output().expect("it ends");
    assert_eq!(text(output.stdout).matches("fib(").count(), 2000);
}

#[test]
fn a_pipe_is_read_before_its_input_ends() {
    let mut command = example("fib_stdin");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("an example");
    let (mut input, output) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    input.write_all(b"1").expect("it reads");
    thread::sleep(Duration::from_millis(30)); // half a line is not a line yet
    input.write_all(b"2\n").expect("it reads");
    // On a busy machine a tick may have been late, and have printed a line.
    let mut lines = BufReader::new(output).lines().map(|line| line.expect("text"));
    let answer = lines.find(|line| line.starts_with("fib(")).expect("an answer before the input ends");
    assert!(answer.starts_with("fib(12) = 144 "));
    drop(input);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_terminal_is_read_until_control_d() {
    let keyboard = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&keyboard).and_then(|()| unlockpt(&keyboard)).expect("a terminal");
    let name = ptsname(&keyboard, Vec::new()).expect("a terminal").into_string().expect("a path");
    let terminal = File::options().read(true).write(true).open(name).expect("the other end");
    let mut command = example("fib_stdin");
    let child = command.stdin(OwnedFd::from(terminal)).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = child.spawn().expect("an example");
    File::from(keyboard.try_clone().expect("a descriptor")).write_all(b"8\n\x04").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(text(output.stdout).contains("fib(8) = 21 "));
    assert!(text(output.stderr).contains("Ctrl-D"));
}

#[test]
fn an_unknown_argument_is_wrong_usage() {
    let output = example("fib_stdin").arg("--fast").stdin(Stdio::null()).output().expect("it ends");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(output.stderr).contains("use --blocking or --stepwise"));
}

#[test]
fn every_message_reaches_the_handler_of_its_kind() {
    let output = example("dispatch").output().expect("it ends");
    assert!(output.status.success());
    let output = text(output.stdout);
    assert_eq!(output.matches("temperature: ").count(), 3);
    assert_eq!(output.matches("alarm: smoke in the kitchen").count(), 1);
    assert_eq!(output.matches("unexpected: smoke again").count(), 2);
    assert!(output.ends_with("warmest: 22 °C; entered: 2; unexpected: 3\n"), "{output}");
}
