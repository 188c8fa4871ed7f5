//! Pages as files: who writes them, where to, and what is in their data.

use std::fs;

use crate::support::{folder, meanwhile, with};
use serde_json::Value;

#[test]
fn a_page_on_standard_output_has_nothing_beside_it() {
    let ran = meanwhile(&["race", "serial", "--calls=2", "--latency=20ms", "--html=-"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("<!DOCTYPE html>") && ran.stdout.ends_with("</html>\n"), "{}", ran.stdout);
}

#[test]
fn a_race_has_bars_a_table_and_timelines_for_each_number_of_calls() {
    let ran =
        meanwhile(&["race", "serial", "epoll-state-machine", "--calls=2,3", "--latency=20ms", "--html=-"]);
    let kinds = ["bars", "table", "timelines", "bars", "table", "timelines", "facts", "words"];
    assert_eq!(sections(&ran.stdout).iter().map(|section| &section["kind"]).collect::<Vec<_>>(), kinds);
    let runs: Vec<_> =
        sections(&ran.stdout).iter().map(|section| section["runs"].as_array().map(Vec::len)).collect();
    assert_eq!((runs[2], runs[5]), (Some(2), Some(2)));
}

#[test]
fn of_several_rounds_one_is_shown() {
    let ran = meanwhile(&["race", "serial", "--calls=2", "--rounds=3", "--latency=20ms", "--html=-"]);
    let sections = sections(&ran.stdout);
    assert_eq!(sections[2]["runs"].as_array().map(Vec::len), Some(1));
    assert!(sections[0]["bars"][0]["spread"].is_array(), "{}", sections[0]);
}

#[test]
fn a_file_of_timelines_makes_the_page_again() {
    let folder = folder();
    let file = folder.path().join("race.jsonl");
    let timeline = format!("--timeline={}", file.display());
    meanwhile(&["race", "serial", "epoll-state-machine", "--calls=2", "--latency=20ms", &timeline]);
    let ran = meanwhile(&["timeline", &file.display().to_string(), "serial", "--html=-"]);
    let sections = sections(&ran.stdout);
    assert_eq!(sections[0]["runs"][0]["contestant"], "serial");
    assert_eq!(sections[0]["runs"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_check_shows_broken_rows_first() {
    let bad = with("bad", "true");
    let ran = meanwhile(&["check", &bad, "--group=connect", "--html=-"]);
    let table =
        sections(&ran.stdout).into_iter().find(|section| section["kind"] == "table").expect("a table");
    let order = ["broken", "not tried", "held"];
    let verdicts: Vec<_> =
        table["rows"].as_array().expect("rows").iter().map(|row| place(&order, &row[1]["text"])).collect();
    assert!(verdicts.contains(&0) && verdicts.is_sorted(), "{verdicts:?}");
}

#[test]
fn two_files_of_a_check_are_two_files() {
    let folder = folder();
    let name = folder.path().join("out").display().to_string();
    let ran = meanwhile(&["check", "serial", &format!("--json={name}"), &format!("--html={name}")]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("--json and --html want the same file"), "{}", ran.stderr);
    assert!(fs::metadata(&name).is_err(), "nothing was written");
}

/// Where in this order a word stands.
fn place(order: &[&str], word: &Value) -> usize {
    order.iter().position(|known| *word == **known).unwrap_or_else(|| panic!("{word} is none of {order:?}"))
}

/// The sections of a page, from its data.
fn sections(html: &str) -> Vec<Value> {
    let (_, rest) = html.split_once("id=\"data\">").unwrap_or_else(|| panic!("no data in {html:.300}"));
    let (data, _) = rest.split_once("</script>").expect("its end");
    let page: Value = serde_json::from_str(data).expect("JSON");
    page["sections"].as_array().expect("a list").clone()
}
