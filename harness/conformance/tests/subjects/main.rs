//! Subjects of all kinds under the suite: with the mistakes that students make, with troubles that end or hang a process, with what
//! is watched in every run, with tricks against the suite, and with nothing wrong.
//!
//! *How it waits*: this program is its own worker, and its own host. With the suite's argument, a group and a case it is that subject.
//!
//! *What to notice*: one program for all of them, so that trials that wait run beside trials that compute.

#[cfg(target_os = "linux")]
mod forged;
#[cfg(target_os = "linux")]
mod mistakes;
#[cfg(target_os = "linux")]
mod student;
#[cfg(target_os = "linux")]
mod troubles;
#[cfg(target_os = "linux")]
mod unmistaken;
#[cfg(target_os = "linux")]
mod watched;

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        _ if std::env::var_os(unmistaken::ARGUMENT).is_some() => return unmistaken::program(),
        [conformance::WORKER_ARGUMENT, "mistakes", case] => return mistakes::worker(case),
        [conformance::WORKER_ARGUMENT, "troubles", case] => return troubles::worker(case),
        [conformance::WORKER_ARGUMENT, "watched", case] => return watched::worker(case),
        [conformance::WORKER_ARGUMENT] => return conformance::worker_outside(),
        [conformance::HOST_ARGUMENT, "forged", case] => return forged::host(case),
        [conformance::HOST_ARGUMENT, "mistakes", case] => return mistakes::host(case),
        _ => {}
    }
    let mut trials = mistakes::trials();
    trials.extend(unmistaken::trials());
    trials.extend(troubles::trials());
    trials.extend(watched::trials());
    trials.extend(forged::trials());
    let mut arguments = libtest_mimic::Arguments::from_args();
    // They wait more than they compute.
    arguments.test_threads = arguments.test_threads.or(Some(12));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// This program as the worker of a case.
#[cfg(target_os = "linux")]
fn as_worker(group: &str, case: &str) -> std::process::Command {
    this_program(&[conformance::WORKER_ARGUMENT, group, case])
}

/// This program as the worker of a case that is in a process of its own.
#[cfg(target_os = "linux")]
fn as_worker_outside() -> std::process::Command {
    this_program(&[conformance::WORKER_ARGUMENT])
}

/// This program as the host of a case.
#[cfg(target_os = "linux")]
fn as_host(group: &str, case: &str) -> std::process::Command {
    this_program(&[conformance::HOST_ARGUMENT, group, case])
}

#[cfg(target_os = "linux")]
fn this_program(arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().expect("this program's file"));
    command.args(arguments);
    command
}
