//! A program's command is split as a shell splits it, and its placeholders are replaced.

use std::time::Duration;

use contestant::{Placeholders, Program};
use rstest::rstest;

const URL: &str = "http://127.0.0.1:1/echo/{call}";

fn words(command: &str) -> Vec<String> {
    let program: Program = format!("mine={command}").parse().unwrap();
    let placeholders =
        Placeholders { url: URL, calls: 3, in_flight: 2, timeout: Duration::from_millis(1500) };
    program.words(&placeholders).into_iter().map(|word| word.into_string().unwrap()).collect()
}

#[rstest]
#[case("run {url} {calls}", &["run", URL, "3"])]
#[case("run {url} --most={in_flight} 'a b'", &["run", URL, "--most=2", "a b"])]
#[case("sh -c 'echo ${word} { print } {}' {url}", &["sh", "-c", "echo ${word} { print } {}", URL])]
#[case("run {url} {timeout_s} {timeout_ms}ms", &["run", URL, "1.5", "1500ms"])]
fn placeholders_are_replaced_in_each_word(#[case] command: &str, #[case] expected: &[&str]) {
    assert_eq!(words(command), expected);
}

#[test]
fn a_command_knows_which_placeholders_it_contains() {
    let program: Program = "mine=run {url} --timeout {timeout_ms}ms".parse().unwrap();
    assert!(program.contains("{timeout_") && !program.contains("{in_flight}"));
}

#[rstest]
#[case::without_a_name("ls", "write NAME='COMMAND {url} {calls}'")]
#[case::with_an_empty_name("=ls", "1 to 24 printable characters")]
#[case::with_a_long_name("a-name-of-some-25-letters-=ls", "1 to 24 printable characters")]
#[case::with_an_open_quote("mine=ls '", "a quote is not closed")]
#[case::with_a_misspelt_placeholder("mine=run {ulr} {calls}", "{ulr}: did you mean {url}")]
#[case::with_a_placeholder_cut_short(
    "mine=run {url} --timeout {timeout}",
    "{timeout}: did you mean {timeout_s}"
)]
#[case::with_another_placeholder("mine=run {url} {port}", "there are {url}, {calls}")]
#[case::without_a_url("mine=run {calls}", "the command has no {url}")]
#[case::without_a_command("mine= ", "the command is empty")]
fn a_wrong_program_is_refused_with_the_cure(#[case] text: &str, #[case] cure: &str) {
    let error = text.parse::<Program>().unwrap_err();
    assert!(error.contains(cure), "{error}");
}
