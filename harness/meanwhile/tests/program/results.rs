//! Results are never lost: a race that ends early keeps them, and a file is replaced only when they are complete.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use crate::support::family::{Family, SLEEPS};
use crate::support::{MEANWHILE, Ran, meanwhile, report_of};
use meanwhile::race::RaceReport;
use rstest::rstest;
use rustix::fs::{CWD, FileType, Mode};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// What makes a race short.
const SHORT: [&str; 4] = ["race", "serial", "--latency=10ms", "--calls=1"];

/// What makes a race long, of a contestant that is started later.
const LONG: [&str; 6] = ["race", "other", "--calls=2", "--latency=20ms", "--timeout=60s", "--patience=60s"];

/// A folder with a file of old results in it.
fn old_results() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("results");
    fs::write(&file, "old").unwrap();
    (folder, file)
}

fn names_in(folder: &TempDir) -> Vec<String> {
    let names = fs::read_dir(folder.path()).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn option(name: &str, file: &Path) -> String {
    format!("--{name}={}", file.display())
}

#[test]
fn each_file_that_was_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let [json, html] = ["race.json", "race.html"].map(|name| folder.path().join(name));
    let ran = meanwhile(&[&SHORT[..], &[&option("json", &json), &option("html", &html)]].concat());
    assert_eq!(ran.stderr, format!("wrote {}\nwrote {}\n", json.display(), html.display()));
}

#[test]
fn an_interrupt_shows_and_writes_what_was_measured() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["race.json", "race.csv", "race.jsonl", "ran"];
    let [json, csv, timeline, ran_once] = names.map(|name| folder.path().join(name));
    let contestant = format!(
        "sh -c 'mkdir {} && exec MEANWHILE run serial --url {{url}}; echo started >&9; exec sleep 60'",
        ran_once.display()
    );
    let mut family = Family::new();
    let to = [option("json", &json), option("csv", &csv), option("timeline", &timeline)];
    let to = to.each_ref().map(String::as_str);
    let race = family.start(&[&LONG[..], &["--rounds=3"], &to].concat(), &contestant);
    family.wait_for_contestant();
    kill_process(Pid::from_child(&race), Signal::INT).unwrap();
    let ran: Ran = race.wait_with_output().unwrap().into();
    assert_eq!(ran.code, Some(130), "{ran:?}");
    assert!(ran.stdout.contains("1.00×") && ran.stdout.contains("the race ended early"), "{}", ran.stdout);
    let report: RaceReport = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!((report.environment.ended_early, report.results[0].rounds.len()), (true, 1));
    assert_eq!(csv::Reader::from_path(csv).unwrap().records().count(), 1);
    let timelines = timeline::File::read(&fs::read(timeline).unwrap()[..]).unwrap().timelines;
    assert!(timelines.len() == 1 && timelines[0].end.as_ref().is_some_and(|end| end.ok == 2));
    family.assert_all_end();
}

#[test]
fn a_contestant_that_ran_when_the_race_was_interrupted_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("race.json");
    let mut family = Family::new();
    let race = family.start(&[&LONG[..], &[&option("json", &json)]].concat(), SLEEPS);
    family.wait_for_contestant();
    kill_process(Pid::from_child(&race), Signal::INT).unwrap();
    assert_eq!(race.wait_with_output().unwrap().status.code(), Some(130));
    let report: RaceReport = serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
    let why = report.results[0].not_run.as_deref().unwrap();
    assert!(why.starts_with("the race ended while it ran, with 0 of "), "{why}");
    assert_eq!(report.environment.order[0].contestants, ["other"]);
    family.assert_all_end();
}

#[test]
fn a_race_that_is_killed_leaves_the_old_file_and_nothing_beside_it() {
    let (folder, file) = old_results();
    let mut family = Family::new();
    let mut race = family.start(&[&LONG[..], &[&option("json", &file)]].concat(), SLEEPS);
    family.wait_for_contestant();
    assert_eq!(fs::read_to_string(&file).unwrap(), "old");
    race.kill().unwrap();
    race.wait().unwrap();
    assert_eq!(
        (fs::read_to_string(&file).unwrap().as_str(), names_in(&folder)),
        ("old", vec!["results".into()])
    );
    family.assert_all_end();
}

#[test]
fn wrong_usage_leaves_the_old_file() {
    let (folder, file) = old_results();
    let ran = meanwhile(&["race", "generator-style", "--calls=9999999", &option("csv", &file)]);
    assert_eq!((ran.code, fs::read_to_string(&file).unwrap().as_str()), (Some(2), "old"));
    assert_eq!(names_in(&folder), ["results"]);
}

#[test]
fn new_results_replace_the_old_ones_behind_a_link_and_keep_their_mode() {
    let (folder, file) = old_results();
    let link = folder.path().join("link");
    symlink("results", &link).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o604)).unwrap();
    assert_eq!(meanwhile(&[&SHORT[..], &[&option("json", &link)]].concat()).code, Some(0));
    assert!(link.is_symlink() && fs::read_to_string(&file).unwrap().contains("meanwhile.race/1"));
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o604);
}

#[test]
fn a_new_file_has_the_mode_of_any_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let [ours, any] = ["ours", "any"].map(|name| folder.path().join(name));
    fs::write(&any, "").unwrap();
    meanwhile(&[&SHORT[..], &[&option("csv", &ours)]].concat());
    let mode = |file: &Path| fs::metadata(file).unwrap().mode();
    assert_eq!(mode(&ours), mode(&any));
}

#[rstest]
#[case::spelled_alike("results", "results")]
#[case::by_another_spelling("results", "./../FOLDER/results")]
#[case::by_a_link("results", "link")]
#[case::by_a_second_name("results", "second")]
#[case::that_is_new("new", "./new")]
fn one_file_for_both_is_wrong_usage(#[case] json: &str, #[case] csv: &str) {
    let (folder, file) = old_results();
    symlink("results", folder.path().join("link")).unwrap();
    fs::hard_link(&file, folder.path().join("second")).unwrap();
    let name = folder.path().file_name().unwrap().to_str().unwrap();
    let path = |spelling: &str| folder.path().join(spelling.replace("FOLDER", name));
    let ran = meanwhile(&["race", &option("json", &path(json)), &option("csv", &path(csv))]);
    assert!(ran.stderr.contains("want the same file: give one a file of its own"), "{}", ran.stderr);
    assert_eq!((ran.stdout.as_str(), ran.code), ("", Some(2)));
}

#[test]
fn a_device_that_is_full_is_an_error_and_the_other_file_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("race.csv");
    let ran = meanwhile(&[&SHORT[..], &["--json=/dev/full", &option("csv", &file)]].concat());
    let [wrote, failed] = ran.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{}", ran.stderr) };
    assert_eq!(wrote, format!("wrote {}", file.display()));
    assert!(failed.contains("writing the results to /dev/full: No space left"), "{failed}");
    assert_eq!((ran.code, fs::read_to_string(file).unwrap().lines().count()), (Some(1), 2));
    assert!(ran.stdout.contains("1.00×"), "the table is shown all the same");
}

#[test]
fn a_named_pipe_gets_the_results_and_stays_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let name = pipe.clone();
    let reader = thread::spawn(move || fs::read_to_string(name).unwrap());
    meanwhile(&[&SHORT[..], &[&option("json", &pipe)]].concat());
    let report: RaceReport = serde_json::from_str(&reader.join().unwrap()).unwrap();
    assert_eq!(report.results.len(), 1);
    assert_eq!(names_in(&folder), ["pipe"]);
}

/// Spreadsheets compute cells that start like a formula.
#[rstest]
#[case("+1+cmd|' /C calc'!A0")]
#[case("-1")]
#[case("@SUM(1)")]
fn a_name_that_a_spreadsheet_would_compute_is_text(#[case] name: &str) {
    let with = format!("--with={name}=true {{url}}");
    let ran = meanwhile(&["race", "--latency=10ms", "--calls=1", "--csv=-", &with, "--", name]);
    let mut csv = csv::Reader::from_reader(ran.stdout.as_bytes());
    let row = csv.records().next().unwrap().unwrap();
    assert_eq!(&row[0], format!("'{name}"));
}

/// A build may end while a race is on: the race goes on with the program that it is.
#[rstest]
#[case::deleted("rm -f FILE")]
#[case::replaced("echo exit 9 >FILE.new; chmod +x FILE.new; mv FILE.new FILE")]
fn a_program_whose_file_is_gone_goes_on(#[case] change: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("meanwhile");
    // Not by this process: a child that another test starts would hold the file open, and a file that is written cannot run.
    assert!(Command::new("cp").arg(MEANWHILE).arg(&file).status().unwrap().success());
    let change = change.replace("FILE", file.to_str().unwrap());
    let with = format!("--with=changes=sh -c '{change}; {MEANWHILE} run serial --url {{url}}'");
    let race = Command::new(&file)
        .args(["race", "changes", "serial", "per-process", "--latency=10ms", "--calls=2", "--rounds=3"])
        .args(["--json=-", &with])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let report = report_of(&race.into());
    for standing in report.results {
        assert_eq!((standing.failed, standing.rounds.len()), (None, 3), "{}", standing.contestant);
    }
}
