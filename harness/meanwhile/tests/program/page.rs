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
        sections(&ran.stdout).into_iter().rfind(|section| section["kind"] == "table").expect("a table");
    let order = ["broken", "not tried", "held"];
    let verdicts: Vec<_> =
        table["rows"].as_array().expect("rows").iter().map(|row| place(&order, &row[1]["text"])).collect();
    assert!(verdicts.contains(&0) && verdicts.is_sorted(), "{verdicts:?}");
}

#[test]
fn a_check_has_the_sum_of_each_group_and_the_number_of_the_model() {
    let ran = meanwhile(&["check", "serial", "--only=all calls wait at the same time", "--html=-"]);
    let sections = sections(&ran.stdout);
    let texts = |cells: &Value| -> Vec<String> {
        cells.as_array().expect("cells").iter().map(|cell| cell["text"].as_str().unwrap().into()).collect()
    };
    assert_eq!(texts(&sections[0]["rows"][0]), ["requirement", "1", "0", "0", "1"]);
    // All that was seen of it is that it held.
    let [name, verdict, group, _] = &texts(&sections[1]["rows"][0])[..] else { panic!("{}", sections[1]) };
    assert_eq!([name, verdict, group], ["all calls wait at the same time", "held", "requirement"]);
    let caption = sections[1]["caption"].as_str().expect("a caption");
    assert!(caption.contains("serial can have 1 call in flight"), "{caption}");
}

#[test]
fn a_page_says_by_which_command_and_when_it_was_made() {
    let folder = folder();
    let file = folder.path().join("race.jsonl").display().to_string();
    let timeline = format!("--timeline={file}");
    let race = ["race", "serial", "--calls=2", "--latency=20ms", "--html=-"];
    let pages = [
        ("race serial --calls=2", meanwhile(&race)),
        (
            "trace serial --calls=2",
            meanwhile(&["trace", "serial", "--calls=2", "--latency=20ms", "--html=-"]),
        ),
        ("check serial '--only=no calls'", meanwhile(&["check", "serial", "--only=no calls", "--html=-"])),
    ];
    for (command, ran) in pages {
        assert_origin(&sections(&ran.stdout), command);
    }
    // A page that is made again from a file says what made the file.
    meanwhile(&["race", "serial", "--calls=2", "--latency=20ms", &timeline]);
    let again = meanwhile(&["timeline", &file, "--html=-"]);
    assert_origin(&sections(&again.stdout), "race serial --calls=2");
}

fn assert_origin(sections: &[Value], command: &str) {
    let facts: Vec<_> = sections.iter().filter(|section| section["kind"] == "facts").collect();
    let facts = facts.last().expect("facts")["facts"].as_array().expect("a list");
    let of = |name: &str| facts.iter().find(|fact| fact[0] == *name).and_then(|fact| fact[1].as_str());
    let made = of("command").unwrap_or_else(|| panic!("{facts:?}"));
    assert!(made.starts_with(&format!("meanwhile {command}")), "{made}");
    let when = of("begun").or_else(|| of("ended")).unwrap_or_else(|| panic!("{facts:?}"));
    humantime::parse_rfc3339(when).expect("a moment");
}

#[test]
fn percentiles_are_on_the_page_of_a_race_that_has_them_and_on_no_other() {
    let columns = |arguments: &[&str]| -> Vec<String> {
        let ran =
            meanwhile(&[&["race", "serial", "--calls=2", "--latency=20ms", "--html=-"], arguments].concat());
        let columns = sections(&ran.stdout)[1]["columns"].as_array().expect("columns").clone();
        columns.iter().map(|column| column["name"].as_str().unwrap().into()).collect()
    };
    let percentiles = ["p50, s", "p90, s", "p99, s", "max, s"];
    let with = columns(&["--jitter=uniform:5"]);
    assert!(percentiles.iter().all(|name| with.iter().any(|column| column == name)), "{with:?}");
    let without = columns(&[]);
    assert!(!percentiles.iter().any(|name| without.iter().any(|column| column == name)), "{without:?}");
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
