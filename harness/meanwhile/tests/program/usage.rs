//! Wrong usage ends with one line that says the cure, and exit status 2.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::support::{MEANWHILE, Ran, meanwhile};
use rstest::rstest;

#[rstest]
#[case::an_unknown_model(&["run", "seral"], "did you mean serial")]
#[case::a_part_of_a_model_s_name(&["run", "async"], "did you mean async-await")]
#[case::an_unknown_contestant(&["race", "tokio"], "meanwhile list shows them all")]
#[case::an_unknown_option(&["race", "--cals=2"], "--calls")]
#[case::an_unknown_command(&["rase"], "race")]
#[case::zero_calls(&["run", "serial", "--calls=0"], "1 or more")]
#[case::an_address_that_others_can_reach(&["serve", "--address=0.0.0.0"], "add --allow-non-loopback")]
#[case::an_unknown_fault(&["serve", "--fault=refusd"], "did you mean refused")]
#[case::a_negative_count(&["race", "--calls", "-1"], "write a whole number, 1 or more")]
#[case::a_negative_duration(&["race", "--timeout", "-1s"], "such as 250ms, 1s or 2m")]
#[case::negative_work(&["race", "--work", "-1ms"], "write fib:30, 40ms or none")]
#[case::a_negative_seed(&["race", "--seed", "-1"], "write a whole number, 0 or more")]
#[case::a_negative_latency_of_the_mock(&["serve", "--latency-ms", "-1"], "write a whole number, 0 or more")]
#[case::an_option_of_a_race_without_race(&["--calls=0"], "1 or more")]
#[case::a_misspelt_model_without_race(&["seral"], "did you mean serial")]
#[case::a_misspelt_command(&["srve"], "serve")]
#[case::another_word(&["xyz"], "meanwhile --help shows the commands")]
#[case::more_calls_than_memory(&["run", "serial", "--calls=18446744073709551615"], "at most 10000000")]
#[case::more_calls_than_there_are_numbers(&["race", "--calls=18446744073709551616"], "at most 10000000")]
#[case::a_hundred_thousand_workers(&["run", "thread-pool", "--workers=100000"], "at most 1000")]
#[case::a_hundred_thousand_loops(&["race", "per-core", "--workers=100000"], "at most 1000")]
#[case::a_port_that_is_none(&["run", "serial", "--url=http://127.0.0.1:99999/"], "a port up to 65535")]
#[case::no_model(&["run"], "<MODEL>")]
#[case::a_trace_of_nothing(&["trace"], "name models, such as serial epoll-state-machine (meanwhile list has all)")]
#[case::a_duration_without_a_unit(&["race", "--latency=10"], "such as 250ms, 1s or 2m")]
#[case::a_url_of_another_scheme(&["run", "serial", "--url=https://127.0.0.1/"], "write it as http://")]
#[case::a_url_that_is_none(&["run", "serial", "--url=nonsense"], "write it as http://")]
#[case::another_machine(&["run", "serial", "--url=http://192.0.2.1/"], "--allow-non-loopback")]
#[case::unknown_work(&["run", "serial", "--work=hard"], "write fib:30, 40ms or none")]
#[case::a_contestant_named_twice(&["race", "serial", "serial"], "name each contestant once")]
#[case::a_timeout_that_no_answer_can_keep(&["race", "--latency=5s", "--timeout=5s"], "use a longer --timeout")]
#[case::a_program_without_a_name(&["race", "--with=ls"], "write NAME='COMMAND {url} {calls}'")]
#[case::a_program_with_a_models_name(&["race", "--with=serial=ls {url}"], "choose another")]
#[case::a_program_that_is_given_no_url(&["race", "--with=mine=ls"], "write {url} where it takes what to call")]
#[case::a_misspelt_placeholder(&["race", "--with=mine=ls {ulr}"], "did you mean {url}")]
#[case::a_program_to_check_that_is_given_no_url(&["check", "--with=mine=ls"], "the command has no {url}")]
#[case::a_program_with_an_open_quote(&["race", "--with=mine=ls '"], "a quote is not closed")]
#[case::a_program_with_a_name_that_moves_the_cursor(&["race", "--with=\u{1b}[2J=ls"], "printable")]
#[case::two_documents_on_one_output(&["race", "--json=-", "--csv=-"], "give one a file")]
#[case::a_file_that_can_not_be_written(&["race", "--json=/no/such/folder/race.json"], "can be written")]
fn is_told_in_one_line(#[case] arguments: &[&str], #[case] cure: &str) {
    let ran = meanwhile(arguments);
    assert!(ran.stderr.contains(cure), "{}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}'));
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.lines().count(), ran.code),
        ("", 1, Some(2)),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
#[rstest]
#[case::a_run(&["run", "generator-style", "--calls=9999999"])]
#[case::a_race(&["race", "generator-style", "--calls=9999999"])]
fn too_few_descriptors_are_told_before_the_start(#[case] arguments: &[&str]) {
    let ran = meanwhile(arguments);
    assert!(ran.stderr.contains("--in-flight"), "{}", ran.stderr);
    assert_eq!((ran.stdout.as_str(), ran.stderr.lines().count(), ran.code), ("", 1, Some(2)));
}

/// Where no call could be made at all, no number is suggested that is not allowed.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_of_descriptors_below_what_a_process_needs_suggests_no_limit_of_zero() {
    let limited = "ulimit -n 20; ulimit -Hn 20; exec \"$0\" run generator-style --calls 2";
    let ran = Command::new("sh").args(["-c", limited, MEANWHILE]).output();
    let ran = Ran::from(ran.expect("a shell"));
    assert!(ran.stderr.contains("raise the hard limit (ulimit -Hn)"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("--in-flight 0"), "{}", ran.stderr);
    assert_eq!(ran.code, Some(2));
}

#[test]
fn the_list_names_every_model() {
    let ran = meanwhile(&["list"]);
    assert!(meanwhile::models::MODELS.iter().all(|model| ran.stdout.contains(model.name)));
    assert_eq!(ran.code, Some(0));
}

#[rstest]
#[case::a_contestant(&["generator-style", "--calls=2", "--latency=10ms"])]
#[case::an_option(&["--calls=2", "--latency=10ms", "generator-style"])]
fn a_race_needs_no_subcommand(#[case] arguments: &[&str]) {
    let ran = meanwhile(arguments);
    assert!(ran.stdout.contains("2 calls, each answered after 10 ms"), "{}", ran.stdout);
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)));
}

#[cfg(target_os = "linux")]
#[rstest]
#[case::the_list(&["list"])]
#[case::a_race(&["race", "generator-style", "--calls=2", "--latency=10ms"])]
#[case::results(&["race", "generator-style", "--calls=2", "--latency=10ms", "--json=-"])]
fn a_full_disk_is_told_and_a_closed_pipe_is_not(#[case] arguments: &[&str]) {
    let run = |output: Stdio| {
        let mut command = Command::new(MEANWHILE);
        let ran = command.args(arguments).stdout(output).stderr(Stdio::piped()).output();
        let ran = ran.expect("the program starts");
        (String::from_utf8_lossy(&ran.stderr).into_owned(), ran.status.code())
    };
    let full = File::options().write(true).open("/dev/full").expect("Linux has it");
    let (told, code) = run(full.into());
    assert!(told.contains("No space left on device") && told.lines().count() == 1, "{told}");
    assert_eq!(code, Some(1));
    let (reader, closed) = std::io::pipe().expect("a pipe");
    drop(reader);
    assert_eq!(run(closed.into()), (String::new(), Some(0)));
}

#[rstest]
fn completions_and_the_manual_have_every_command_that_help_has(#[values("bash", "fish", "zsh")] shell: &str) {
    let help = meanwhile(&["--help"]).stdout;
    let listed = help.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("commands");
    let commands: Vec<_> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"race") && !commands.contains(&"measure"), "{commands:?}");
    let (script, page) = (meanwhile(&["completions", shell]).stdout, meanwhile(&["man"]).stdout);
    for command in commands {
        assert!(
            script.contains(command)
                && page.contains(&format!("meanwhile\\-{}", command.replace('-', "\\-"))),
            "{command}"
        );
    }
    assert!(!script.contains("measure") && script.contains("patience"), "{script}");
    assert!(meanwhile(&["man", "race"]).stdout.contains("patience"));
    assert_eq!(meanwhile(&["man", "rice"]).code, Some(2));
}

#[rstest]
fn completions_offer_the_models_and_help_does_not(#[values("bash", "fish", "zsh")] shell: &str) {
    let script = meanwhile(&["completions", shell]).stdout;
    let missing: Vec<_> = meanwhile::models::MODELS
        .iter()
        .map(|model| model.name)
        .filter(|name| !script.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    for command in ["run", "race", "check"] {
        assert!(!meanwhile(&[command, "--help"]).stdout.contains("possible values: serial"), "{command}");
    }
}

#[test]
fn help_is_no_error() {
    let ran = meanwhile(&["--help"]);
    assert!(ran.stdout.contains("race"));
    assert_eq!((ran.stderr.as_str(), ran.code), ("", Some(0)));
}
