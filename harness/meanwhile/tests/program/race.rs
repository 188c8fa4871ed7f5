//! A race measures, shows and writes what really happened.

use crate::support::{cpu_s, folder, meanwhile, only, race, report_of};

const QUICK: [&str; 5] = ["race", "serial", "generator-style", "--latency=20ms", "--calls=3,4"];

#[test]
fn numbers_are_those_of_the_contestant_and_the_mock() {
    let report = race(&["serial", "generator-style", "--calls=4"]);
    let [serial, generators] = &report.results[..] else { panic!("two contestants") };
    let (serial, generators) = (serial.median.as_ref().unwrap(), generators.median.as_ref().unwrap());
    assert!(serial.wall_s >= 0.08 && generators.wall_s >= 0.02, "{serial:?} {generators:?}");
    assert_eq!((serial.peak_in_flight, generators.peak_in_flight), (1, 4));
    assert_eq!((serial.ok, serial.failed, generators.ok), (4, 0, 4));
}

#[cfg(target_os = "linux")]
#[test]
fn threads_and_memory_are_those_of_the_model_alone() {
    let median = |arguments| only(race(arguments)).median.unwrap();
    let one = median(&["serial", "--calls=2"]);
    let pool = median(&["thread-pool", "--workers=5", "--calls=2"]);
    assert_eq!((one.peak_threads, pool.peak_threads), (Some(1), Some(6)));
    assert!(one.peak_rss_bytes > Some(1 << 20));
}

#[test]
fn json_alone_is_on_standard_output_and_names_its_schema() {
    let ran = meanwhile(&[&QUICK[..], &["--json=-", "--seed=7"]].concat());
    let report = report_of(&ran);
    assert_eq!((report.schema.as_str(), report.environment.seed), ("meanwhile.race/1", 7));
    assert_eq!((report.results.len(), report.environment.order.len()), (4, 2));
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)));
}

#[test]
fn a_csv_has_a_row_for_each_round() {
    let folder = folder();
    let file = folder.path().join("race.csv");
    let to_file = format!("--csv={}", file.display());
    let ran = meanwhile(&[&QUICK[..], &[&to_file, "--rounds=2"]].concat());
    let mut csv = csv::Reader::from_path(&file).unwrap();
    let calls: Vec<_> = csv.records().map(|row| row.unwrap()[1].to_owned()).collect();
    assert_eq!(calls, ["3", "3", "3", "3", "4", "4", "4", "4"]);
    assert!(ran.stdout.contains('±'), "the table is shown all the same");
}

#[test]
fn a_race_with_work_says_which_command_shows_what_calls_waited_for() {
    let work = ["race", "serial", "generator-style", "--calls=3", "--latency=20ms", "--work=1ms"];
    let ran = meanwhile(&work).stdout.replace("\n   ", " ");
    let (_, command) = ran.split_once("what each call waited for: meanwhile ").expect("a command");
    let words: Vec<_> = command.lines().next().expect("a line").split_whitespace().collect();
    assert_eq!(words[..3], ["trace", "serial", "generator-style"]);
    let traced = meanwhile(&words);
    assert_eq!(traced.code, Some(0), "{words:?}: {}", traced.stderr);
    assert!(!meanwhile(&QUICK).stdout.contains("what each call waited for"));
}

#[test]
fn without_a_terminal_there_are_no_bars_and_no_escape_codes() {
    let ran = meanwhile(&QUICK);
    assert!(ran.stdout.contains("relative") && !ran.stdout.contains('\u{1b}'));
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)));
}

#[test]
fn every_line_without_a_terminal_is_at_most_100_wide() {
    let with = "--with=a-name-of-some-24-letters=sh -c 'exit 1' {url}";
    let ran = meanwhile(&[&QUICK[..], &["--rounds=2", with]].concat());
    let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{}", ran.stdout);
}

/// Which differences are noise is tested with numbers that no clock has made (`src/race/ranks_tests.rs`).
#[test]
fn every_result_has_a_rank_and_the_table_says_what_a_rank_is() {
    let with = "--with=broken=false {url}";
    let models = ["io-uring", "generator-style", "serial", "--latency=100ms", "--calls=4", with];
    let report = report_of(&meanwhile(&[&["race", "--json=-"][..], &models].concat()));
    let ranks: Vec<_> = report.results.iter().map(|standing| standing.rank).collect();
    let [one, other, serial, broken] = ranks[..] else { panic!("four contestants") };
    assert!(one.min(other) == Some(1) && serial > Some(1) && broken.is_none(), "{ranks:?}");
    let shown = meanwhile(&[&["race"][..], &models].concat()).stdout;
    assert!(shown.contains("rank: rows within 40 ms or 2 % of the first one tie"), "{shown}");
}

#[test]
fn a_number_of_calls_that_is_there_twice_is_raced_once() {
    let report = race(&["generator-style", "--calls=2,3,2"]);
    assert_eq!(report.results.iter().map(|standing| standing.calls).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_projector_has_few_rows_with_a_sentence_each() {
    let ran = meanwhile(&["race", "--projector", "--latency=20ms", "--calls=3"]);
    assert!(ran.stdout.contains("      waits in epoll_wait, with an enum for each call\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("      asks all the time, so that waiting costs a core\n"), "{}", ran.stdout);
    let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80) && ran.stdout.lines().count() <= 36, "{}", ran.stdout);
}

#[test]
fn a_contestant_that_would_take_too_long_is_not_run_and_the_cure_is_said() {
    let arguments = ["race", "serial", "generator-style", "--latency=20ms", "--calls=200", "--patience=1s"];
    let ran = meanwhile(&arguments);
    assert!(ran.stdout.contains("not run: would take about 4 s (--patience 4s runs it)"), "{}", ran.stdout);
    assert_eq!(ran.code, Some(0), "leaving one out is no failure");
}

#[test]
fn the_same_seed_gives_the_same_order() {
    let orders = |seed| {
        let report = race(&["serial", "thread-pool", "generator-style", "--calls=1", "--rounds=4", seed]);
        report.environment.order.into_iter().map(|order| order.contestants).collect::<Vec<_>>()
    };
    assert_eq!(orders("--seed=1"), orders("--seed=1"));
    assert_ne!(orders("--seed=1"), orders("--seed=2"));
}

/// The first lesson: one loop asks all the time, the other one sleeps. Both may have to share their core with other programs:
/// then a loop that asks waits for a core instead.
#[cfg(target_os = "linux")]
#[test]
fn waiting_costs_a_core_when_one_keeps_asking_and_next_to_nothing_when_one_sleeps() {
    let arguments = ["race", "busy-poll", "epoll-state-machine", "--calls=2", "--latency=1s", "--json=-"];
    let report = report_of(&meanwhile(&arguments));
    let [asks, sleeps] = &report.results[..] else { panic!("two contestants") };
    let (asks, sleeps) = (&asks.rounds[0], &sleeps.rounds[0]);
    let share = |round| cpu_s(round) / round.wall_s;
    let (asked, slept, queued) = (share(asks), share(sleeps), asks.waiting_share.unwrap_or_default());
    assert!(
        asked + queued > 0.2 && asked > 2.0 * slept && slept < 0.05,
        "busy-poll {asked} (in a queue {queued}), epoll-state-machine {slept}"
    );
}
