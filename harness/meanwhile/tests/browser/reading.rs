//! What a reader finds in a page: every lane, every name as text, tables in the order that is asked for.

use std::fs;

use serde_json::json;

use crate::Test;
use crate::made::{HOSTILE, everything, loop_of, page, serial};
use crate::tab::{ENTER, Tab};

pub(crate) const TESTS: &[Test] = &[
    ("a_page_has_a_lane_for_each_call_and_each_thread", a_lane_for_each),
    ("ten_thousand_calls_are_few_rows_and_open_to_single_calls", ten_thousand_calls),
    ("a_lane_says_in_words_what_it_shows", a_lane_in_words),
    ("whatever_a_contestant_is_called_or_prints_is_text", hostile_text),
    ("a_table_is_sorted_by_keyboard", sorted_by_keyboard),
    ("a_race_writes_a_page_with_its_bars_table_and_timelines", page_of_a_race),
    ("a_check_writes_a_page_with_its_rows", page_of_a_check),
];

/// How many lanes the rows of a tree have, those of opened rows counted once.
fn lanes(of: &str) -> String {
    format!(
        "[...document.querySelectorAll('[role=tree][aria-label^=\"{of}\"] [aria-level=\"1\"]')]\
         .reduce((sum, row) => sum + Number(row.dataset.lanes), 0)"
    )
}

fn a_lane_for_each(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 12), serial(3)]));
    assert_eq!(tab.number(&lanes("calls of epoll")), 12.0);
    assert_eq!(tab.number(&lanes("calls of serial")), 3.0);
    assert_eq!(tab.number(&lanes("threads of ")), 2.0);
    let empty =
        "[...document.querySelectorAll('.row .drawing')].filter(lane => !lane.querySelector('path')).length";
    assert_eq!(tab.number(empty), 0.0, "lanes without a drawing");
    assert!(
        tab.read("document.querySelector('.look.runs, .look.asleep') !== null").as_bool().expect("a truth")
    );
}

fn ten_thousand_calls(tab: &Tab) {
    let large = page(&[loop_of("many", 10_000)]);
    assert!(large.html().len() < 5_000_000, "{} bytes", large.html().len());
    tab.show(&large);
    assert_eq!(tab.number(&lanes("calls of many")), 10_000.0);
    let nodes = tab.number("document.querySelectorAll('*').length");
    assert!(nodes < 1_000.0, "{nodes} elements");
    for level in 1..3 {
        tab.run(&format!("document.querySelector('.row.group[aria-level=\"{level}\"]').focus()"));
        tab.press(ENTER);
    }
    let single = "document.querySelector('.row[aria-level=\"3\"]').getAttribute('aria-label')";
    assert!(tab.text(single).starts_with("call 0: connecting 500 µs, waiting "), "{}", tab.text(single));
    let opened_ms = tab.number("performance.timing.domComplete - performance.timing.navigationStart");
    eprintln!("ten thousand calls opened in {opened_ms} ms");
}

fn a_lane_in_words(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 2)]));
    let label = |of: &str| {
        tab.text(&format!(
            "document.querySelector('[aria-label^=\"{of}\"] [role=treeitem]').getAttribute('aria-label')"
        ))
    };
    assert_eq!(label("calls of"), "call 0: connecting 500 µs, waiting 1.000 s, receiving 200 µs");
    assert!(label("threads of").contains("asleep in epoll_wait 1.096 s"), "{}", label("threads of"));
    assert_eq!(tab.read("document.querySelectorAll('h1, h2, h3').length"), json!(3));
}

/// Nothing of it is an element, and everything of it can be read.
fn hostile_text(tab: &Tab) {
    tab.show(&everything(HOSTILE));
    assert_eq!(tab.read("document.querySelectorAll('img, b').length"), json!(0));
    assert_eq!(tab.read("document.scripts.length"), json!(2), "the data and the script");
    assert_ne!(tab.text("document.title"), "broken");
    for place in [
        "h1",
        "h2",
        "h3",
        ".lead",
        "dt",
        "dd",
        ".bars .name",
        ".bars .out .value",
        ".caption",
        "thead th",
        "td.bad",
        ".waits",
        ".missing",
        ".run .bad",
        ".row .label",
        ".address",
        ".ballot label",
        ".histograms .name",
    ] {
        let found = tab.text(&format!(
            "[...document.querySelectorAll('{place}')].map(node => node.textContent).join(' ')"
        ));
        assert!(found.contains("</script><img src=x"), "{place}: {found}");
    }
}

fn sorted_by_keyboard(tab: &Tab) {
    tab.show(&everything("a"));
    let numbers = "[...document.querySelectorAll('tbody tr')].map(row => row.cells[1].textContent).join(' ')";
    assert_eq!(tab.text(numbers), "10 9 100");
    tab.run("document.querySelectorAll('thead button')[1].focus()");
    tab.press(ENTER);
    assert_eq!(tab.text(numbers), "9 10 100", "as numbers, not as words");
    assert_eq!(
        tab.read("document.querySelectorAll('thead th')[1].getAttribute('aria-sort')"),
        json!("ascending")
    );
    tab.press(ENTER);
    assert_eq!(tab.text(numbers), "100 10 9");
    assert_eq!(tab.read("document.querySelectorAll('[aria-sort]').length"), json!(1));
}

fn page_of_a_race(tab: &Tab) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("race.html");
    // An option ends the name at its first `=`.
    let name = "</script><img><!--";
    let with = format!("--with={name}=sh -c 'echo \"{HOSTILE}\"; echo \"{HOSTILE}\" >&2; exit 1' {{url}}");
    let html = format!("--html={}", file.display());
    let arguments =
        ["race", "serial", "epoll-state-machine", name, &with, "--calls=4", "--latency=50ms", &html];
    let ran = meanwhile(&arguments);
    assert!(ran.contains("4 calls"), "{ran}");
    tab.goto(&format!("file://{}", file.display()));
    assert_eq!(tab.number("document.querySelectorAll('.bars li').length"), 3.0);
    assert_eq!(tab.number("document.querySelectorAll('tbody tr').length"), 3.0);
    assert_eq!(tab.number(&lanes("calls of serial")), 4.0);
    assert_eq!(tab.number(&lanes("calls of epoll-state-machine")), 4.0);
    assert_eq!(tab.read("document.querySelectorAll('img').length"), json!(0));
    assert!(tab.text("document.body.innerText").contains("What makes the rows comparable"));
}

fn page_of_a_check(tab: &Tab) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("check.html");
    meanwhile(&["check", "serial", "--only", "no calls, no outcomes", &format!("--html={}", file.display())]);
    assert!(fs::metadata(&file).is_ok());
    tab.goto(&format!("file://{}", file.display()));
    let good = "[...document.querySelectorAll('td.good')].map((cell) => cell.textContent).join(' ')";
    assert_eq!(tab.text(good), "✓ 1 ✓ held", "the sum of its group, and its row");
}

/// Runs the program to its end; what it printed.
fn meanwhile(arguments: &[&str]) -> String {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_meanwhile")).args(arguments).output();
    let output = output.expect("the program starts");
    [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat()
}
