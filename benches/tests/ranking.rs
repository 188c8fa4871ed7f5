//! Tables from made-up estimates: ties, missing models, missing or unreadable files.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use benches::estimates::{Estimate, LATEST, saved};
use benches::groups::{GROUPS, Group};
use benches::ranking::{FLOOR, ranked};
use benches::{table, tables, without_estimates};
use meanwhile::models::{AtOnce, Entry, MODELS};
use rstest::rstest;

/// An estimate that is certain to within half a percent.
fn estimate(model: &str, median_ns: f64) -> Estimate {
    Estimate {
        model: model.into(),
        median_ns,
        confident_ns: (median_ns * 0.995, median_ns * 1.005),
        spread_ns: median_ns * 0.01,
    }
}

fn ranks(estimates: &[Estimate]) -> Vec<(usize, String)> {
    ranked(estimates.to_vec()).into_iter().map(|row| (row.rank, row.estimate.model)).collect()
}

fn expected(ranks: &[(usize, &str)]) -> Vec<(usize, String)> {
    ranks.iter().map(|(rank, model)| (*rank, String::from(*model))).collect()
}

#[test]
fn rows_are_in_the_order_of_their_medians() {
    let rows = ranks(&[estimate("slow", 3e6), estimate("fast", 1e6), estimate("middle", 2e6)]);
    assert_eq!(rows, expected(&[(1, "fast"), (2, "middle"), (3, "slow")]));
}

#[test]
fn medians_within_the_floor_tie_and_the_next_rank_counts_them() {
    let close = 1e6 * (1.0 + FLOOR);
    let rows = ranks(&[estimate("first", 1e6), estimate("close", close), estimate("last", 1.05e6)]);
    assert_eq!(rows, expected(&[(1, "first"), (1, "close"), (3, "last")]));
}

#[test]
fn a_chain_of_small_differences_is_not_one_rank() {
    let rows = ranks(&[estimate("first", 1e6), estimate("second", 1.018e6), estimate("third", 1.036e6)]);
    assert_eq!(rows, expected(&[(1, "first"), (1, "second"), (3, "third")]));
}

#[test]
fn medians_whose_confidence_intervals_overlap_tie() {
    let uncertain = Estimate { confident_ns: (0.9e6, 1.4e6), ..estimate("uncertain", 1.2e6) };
    let rows = ranks(&[estimate("first", 1e6), uncertain, estimate("last", 1.3e6)]);
    assert_eq!(rows, expected(&[(1, "first"), (1, "uncertain"), (3, "last")]));
}

#[test]
fn what_is_relative_is_a_multiple_of_the_best() {
    let rows = ranked(vec![estimate("slow", 3e6), estimate("fast", 2e6)]);
    assert_eq!(rows.iter().map(|row| row.relative).collect::<Vec<_>>(), [1.0, 1.5]);
}

#[test]
fn nothing_has_no_ranks() {
    assert_eq!(ranked(Vec::new()), []);
}

#[test]
fn a_line_has_median_spread_multiple_throughput_and_the_time_beyond_the_latency() {
    let group = group_that(|group| group.calls() == 100);
    let shown = table(group, &MODELS.iter().collect::<Vec<_>>(), vec![estimate("busy-poll", 12.5e6)]);
    let line = shown.lines().find(|line| line.contains("busy-poll")).expect("its row");
    let cells: Vec<_> = line.split_whitespace().collect();
    // 100 calls in 12.5 ms, of which 10 ms are latency.
    assert_eq!(cells, ["1", "busy-poll", "12.5", "ms", "±125", "µs", "1.00×", "8000", "2.50", "ms"]);
}

#[test]
fn models_without_a_row_are_named_with_the_reason() {
    let group = group_that(|group| MODELS.iter().any(|entry| !group.takes(entry)));
    let all: Vec<&Entry> = MODELS.iter().collect();
    let measured = all.iter().filter(|entry| group.takes(entry)).skip(1);
    let shown = table(group, &all, measured.map(|entry| estimate(entry.name, 1e7)).collect());
    let missing = all.iter().find(|entry| group.takes(entry)).expect("one that is measured").name;
    assert!(shown.contains(&format!("\n not measured in this run: {missing}\n")), "{shown}");
    let one = all.iter().find(|entry| entry.at_once == AtOnce::One).expect("one call at a time").name;
    assert!(shown.contains(&format!("\n left out, since it makes one call at a time: {one}\n")), "{shown}");
}

#[test]
fn no_line_is_wider_than_eighty_columns() {
    for group in GROUPS {
        let all: Vec<&Entry> = MODELS.iter().collect();
        let large = Estimate { spread_ns: 999e9, ..estimate("async-await-multi-thread", 999e9) };
        let shown = [vec![large.clone()], vec![estimate("serial", 1e7), large]]
            .map(|estimates| table(group, &all, estimates))
            .join("\n");
        let widest = shown.lines().max_by_key(|line| line.chars().count()).expect("lines");
        assert!(widest.chars().count() <= 80, "{} columns: {widest}", widest.chars().count());
    }
}

#[test]
fn criterions_files_are_read_and_older_ones_are_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "overhead/serial/new", MADE);
    let hour = Duration::from_secs(3600);
    let read =
        |since| saved(folder.path(), overhead(), LATEST, ["serial", "rayon"], since).expect("readable");
    let found =
        Estimate { model: "serial".into(), median_ns: 2e6, confident_ns: (1.9e6, 2.2e6), spread_ns: 5e4 };
    assert_eq!(read(None), read(Some(SystemTime::now() - hour)));
    assert_eq!(read(None), [found]);
    assert_eq!(read(Some(SystemTime::now() + hour)), []);
}

#[test]
fn only_groups_with_estimates_of_that_baseline_have_a_table() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "overhead/serial/before", MADE);
    let of = |baseline| tables(folder.path(), baseline, None).expect("readable");
    assert_eq!(of(LATEST), <[String; 0]>::default());
    let [table] = &of("before")[..] else { panic!("not one table: {:?}", of("before")) };
    assert!(table.starts_with(" overhead: "), "{table}");
}

#[rstest]
#[case("not JSON")]
#[case(r#"{"mean": {}}"#)]
fn an_unreadable_file_is_named_with_the_cure(#[case] content: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "overhead/serial/new", content);
    let told = tables(folder.path(), LATEST, None).expect_err("unreadable").to_string();
    assert!(told.starts_with("cannot read "), "{told}");
    assert!(told.ends_with("; cargo bench -- overhead/serial writes it again"), "{told}");
}

#[test]
fn without_any_estimates_the_cure_is_told() {
    let folder = Path::new("criterion");
    assert_eq!(
        without_estimates(folder, LATEST),
        "no estimates called new in criterion yet: cargo bench makes them"
    );
    assert_eq!(
        without_estimates(folder, "before"),
        "no estimates called before in criterion yet: cargo bench -- --save-baseline before makes them"
    );
}

/// What of Criterion 0.8's file is read, and a part that is not.
const MADE: &str = r#"{
    "mean": {"confidence_interval": {"confidence_level": 0.95, "lower_bound": 1.0, "upper_bound": 1.0},
             "point_estimate": 1.0, "standard_error": 0.0},
    "median": {"confidence_interval": {"confidence_level": 0.95, "lower_bound": 1900000.0, "upper_bound": 2200000.0},
               "point_estimate": 2000000.0, "standard_error": 40000.0},
    "median_abs_dev": {"confidence_interval": {"confidence_level": 0.95, "lower_bound": 1.0, "upper_bound": 90000.0},
                       "point_estimate": 50000.0, "standard_error": 9000.0},
    "slope": null
}"#;

fn write(folder: &Path, bench: &str, content: &str) {
    fs::create_dir_all(folder.join(bench)).expect("folders");
    fs::write(folder.join(bench).join("estimates.json"), content).expect("a file");
}

fn overhead() -> &'static Group {
    group_that(|group| group.name == "overhead")
}

fn group_that(fits: impl Fn(&Group) -> bool) -> &'static Group {
    GROUPS.iter().find(|group| fits(group)).expect("such a group")
}
