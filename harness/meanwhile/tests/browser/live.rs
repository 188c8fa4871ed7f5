//! A race in a browser while it runs, and the predictions of a room.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Test;
use crate::tab::{ENTER, Tab};

pub(crate) const TESTS: &[Test] = &[
    ("a_live_race_fills_its_lanes_and_ends_as_the_whole_page", fills_and_ends),
    ("a_room_predicts_and_the_button_starts_the_race", room_predicts),
];

fn fills_and_ends(tab: &Tab) {
    let race = Race::start(&["serial", "epoll-state-machine", "--calls=3", "--latency=1s", "--live"]);
    tab.goto(&race.url("watch the race at "));
    tab.wait_for("document.querySelectorAll('.run').length === 1 && !document.querySelector('.bars')");
    tab.wait_for("document.querySelectorAll('.run').length === 2");
    tab.wait_for("document.querySelectorAll('.bars li').length === 2");
    assert_eq!(tab.number("document.querySelectorAll('[aria-label^=\"calls of\"] .row').length"), 6.0);
    race.ends_well();
}

fn room_predicts(tab: &Tab) {
    let race =
        Race::start(&["serial", "epoll-state-machine", "--calls=2", "--latency=100ms", "--live", "--room"]);
    let (first, room) = (race.url("watch the race at "), race.url("the room predicts at "));
    tab.goto(&room);
    for (at, digit) in [(0, '7'), (1, '5')] {
        tab.run(&format!("document.querySelectorAll('.ballot input')[{at}].focus()"));
        tab.press(digit);
    }
    tab.press(ENTER);
    tab.wait_for("document.querySelector('.ballot [role=status]').textContent.includes('counts')");
    let waits = tab.text("document.querySelector('.ballot .waits').textContent");
    assert!(waits.starts_with("waits in a blocking read"), "{waits}");
    tab.goto(&first);
    let tools = "[...document.querySelectorAll('.controls, .legend, .help')].filter((tool) => tool.checkVisibility()).length";
    assert_eq!(tab.number(tools), 0.0, "there is nothing to replay yet");
    assert!(tab.text("document.querySelector('.address').textContent").ends_with("/room"));
    tab.wait_for("document.getElementById('answers').textContent === '1 prediction'");
    tab.run("document.querySelector('#invitation button').click()");
    tab.wait_for("document.querySelectorAll('.histograms li').length === 2");
    let told = tab.text("document.querySelector('.histograms').textContent");
    assert!(told.contains("1 prediction, median 7.00 s, measured 0."), "{told}");
    race.ends_well();
}

/// A race that is under way, and what it says on standard error.
struct Race {
    process: Child,
    lines: std::cell::RefCell<std::io::Lines<BufReader<std::process::ChildStderr>>>,
}

impl Race {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_meanwhile"))
            .arg("race")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the race starts");
        let lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        Self { process, lines: lines.into() }
    }

    /// What stands behind these words in one of the next lines.
    fn url(&self, words: &str) -> String {
        let mut lines = self.lines.borrow_mut();
        let address = |line: String| line.strip_prefix(words).map(String::from);
        let mut found = lines.by_ref().map_while(Result::ok).filter_map(address);
        found.next().unwrap_or_else(|| panic!("no line begins with {words:?}"))
    }

    fn ends_well(mut self) {
        assert!(self.process.wait().expect("its end").success());
    }
}

impl Drop for Race {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
