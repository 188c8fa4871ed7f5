//! What is shown fits the terminal it is shown in, and bars are where a terminal is.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::terminal::Terminal;
use crate::support::{MEANWHILE, mock};
use rstest::rstest;

const RACE: [&str; 5] = ["race", "serial", "generator-style", "--latency=50ms", "--calls=8"];

/// The lines of what was written, without what moves the cursor or colours.
fn lines(written: &str) -> Vec<String> {
    let plain = console::strip_ansi_codes(written).replace('\r', "");
    plain.lines().map(String::from).collect()
}

fn widest(written: &str) -> usize {
    lines(written).iter().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[rstest]
fn every_line_fits_the_terminal(
    #[values(60, 80, 120)] columns: u16,
    #[values(&RACE[..], &["race", "--projector", "serial", "--latency=20ms", "--calls=2"], &["list"])]
    arguments: &[&str],
) {
    let terminal = Terminal::new(columns);
    let mut command = Command::new(MEANWHILE);
    command.args(arguments).stdout(terminal.stream()).stderr(terminal.stream());
    assert!(command.status().expect("the program starts").success());
    drop(command);
    let written = terminal.written();
    assert!(written.contains("serial") && widest(&written) <= usize::from(columns), "{written}");
}

#[rstest]
#[case(60, "rank  contestant                 wall  threads       in")]
#[case(80, "rank  contestant                 wall  CPU")]
#[case(120, "rank  contestant                 wall  user  system  CPU")]
fn the_least_important_columns_give_way(#[case] columns: u16, #[case] header: &str) {
    let terminal = Terminal::new(columns);
    let mut command = Command::new(MEANWHILE);
    command.args(RACE).stdout(terminal.stream()).stderr(Stdio::null());
    assert!(command.status().expect("the program starts").success());
    drop(command);
    let written = terminal.written();
    assert!(lines(&written).iter().any(|line| line.trim().starts_with(header)), "{written}");
}

#[test]
fn bars_are_drawn_although_standard_output_is_a_pipe() {
    let terminal = Terminal::new(80);
    let mut command = Command::new(MEANWHILE);
    command.args(RACE).stdout(Stdio::piped()).stderr(terminal.stream());
    let ran = command.output().expect("the program starts");
    drop(command);
    let (written, table) = (terminal.written(), String::from_utf8_lossy(&ran.stdout).into_owned());
    assert!(written.contains('█') && written.contains("waiting"), "{written}");
    assert!(table.contains("relative") && !table.contains('\u{1b}') && !table.contains('█'), "{table}");
}

#[test]
fn bars_fit_again_after_a_resize() {
    let terminal = Terminal::new(120);
    let mut command = Command::new(MEANWHILE);
    command.args(["race", "serial", "--latency=100ms", "--calls=20"]);
    let mut race =
        command.stdout(Stdio::null()).stderr(terminal.stream()).spawn().expect("the program starts");
    drop(command);
    let start = Instant::now();
    while !terminal.so_far().contains("answered") {
        assert!(start.elapsed() < Duration::from_secs(20), "no bar: {}", terminal.so_far());
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.resize(50);
    // What was being drawn at that moment may still be wide.
    let bars = |terminal: &Terminal| terminal.so_far().matches("serial").count();
    let seen = bars(&terminal);
    while bars(&terminal) < seen + 2 {
        assert!(start.elapsed() < Duration::from_secs(20), "no further bar: {}", terminal.so_far());
        std::thread::sleep(Duration::from_millis(5));
    }
    let before = terminal.so_far().rfind('\n').expect("lines");
    assert!(race.wait().expect("it ends").success());
    let written = terminal.written();
    let after = &written[before..];
    assert!(after.contains('█') && widest(after) <= 50, "{after}");
}

#[test]
fn a_run_ends_with_what_it_took_where_there_is_a_person_to_read_it() {
    let mock = mock();
    let url = format!("{}/echo/{{call}}", mock.url());
    let terminal = Terminal::new(80);
    let mut command = Command::new(MEANWHILE);
    command.args(["run", "serial", "--url", &url]).stdout(Stdio::null()).stderr(terminal.stream());
    assert!(command.status().expect("the program starts").success());
    drop(command);
    let written = terminal.written();
    let last = lines(&written).into_iter().rfind(|line| !line.is_empty()).expect("a line");
    assert!(last.contains(" ms user, ") && last.trim_end().ends_with("% of the time"), "{written}");
    assert!(widest(&written) <= 80, "{written}");
}
