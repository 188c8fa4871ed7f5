//! The example, run as a program.
#![cfg(unix)]

use std::fs::File;
use std::io::{Seek, Write};
use std::process::{Command, Stdio};

/// Standard output and standard error of `fib_stdin` with that input.
fn fib_stdin(mode: &str, input: impl Into<Stdio>) -> (String, String) {
    // `cargo test` builds examples beside the tests.
    let tests = std::env::current_exe().expect("this program has a path");
    let path = tests.ancestors().nth(2).expect("target/PROFILE").join("examples/fib_stdin_generators");
    assert!(path.exists(), "{} is missing: run cargo test without choosing a test target", path.display());
    let output = Command::new(path).arg(mode).stdin(input).output().expect("it ends");
    assert!(output.status.success());
    (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

fn pipe(input: &[u8]) -> Stdio {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    writer.write_all(input).expect("it fits into the pipe");
    reader.into()
}

fn ticks(output: &str, result: &str) -> u32 {
    let line = output.lines().find(|line| line.starts_with(result)).expect("this result");
    let ticks = line.split_whitespace().rev().nth(1);
    ticks.and_then(|ticks| ticks.parse().ok()).expect("a number of ticks")
}

#[test]
fn a_generator_resumed_to_its_end_lets_no_tick_come() {
    let (output, errors) = fib_stdin("--blocking", pipe(b"30\n10"));
    assert_eq!(ticks(&output, "fib(30) = 832040 "), 0);
    assert!(output.contains("fib(10) = 55 "));
    assert_eq!(errors, "");
}

#[test]
fn a_generator_that_yields_lets_ticks_come_and_a_small_number_overtake() {
    let (output, _) = fib_stdin("--stepwise", pipe(b"35\n10\n"));
    assert!(ticks(&output, "fib(35) = 9227465 ") > 0);
    let place = |result| output.find(result).expect("this result");
    assert!(place("fib(10) = 55 ") < place("fib(35)"));
}

#[test]
fn bad_input_gets_a_message_and_the_rest_is_computed() {
    let (output, errors) = fib_stdin("--stepwise", pipe(b"seven\n46\n\n7\n"));
    assert!(output.contains("fib(7) = 13 "));
    assert_eq!(errors.lines().count(), 3);
}

#[test]
fn a_file_and_no_input_at_all_end_as_well() -> std::io::Result<()> {
    let path = std::env::temp_dir().join(format!("fib_stdin_generators-{}.txt", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path);
    let mut file = file.expect("a temporary folder that can be written: set TMPDIR");
    std::fs::remove_file(&path)?; // it is open, so it stays readable
    file.write_all("3\n".repeat(3000).as_bytes())?;
    file.rewind()?;
    assert_eq!(fib_stdin("--stepwise", file).0.matches("fib(3) = 2 ").count(), 3000);
    assert!(fib_stdin("--stepwise", Stdio::null()).0.starts_with("the ticker was late"));
    Ok(())
}
