//! What can go wrong with a whole run: interruptions, a stop beyond the deadline, another clock, a name with an address
//! where no server listens, and no port left.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use downstream_mock::{Config, Mock};
use meanwhile::models::{AtOnce, Entry};
use meanwhile::race::{RaceReport, Round};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::support::{self, MEANWHILE, Ran, cpu_s};

/// Longer than a run takes to start, also where many others want the cores.
const PATIENCE: Duration = Duration::from_secs(20);

/// On Linux a process that was stopped and goes on finds that its waits have ended with EINTR, whether or not it handles any
/// signal (signal(7)).
pub(crate) fn interruptions(model: &Entry) {
    let mock = support::mock();
    let url = format!("{}/echo/{{call}}?latency_ms=60", mock.url());
    let ran = run_in_a_storm(&["run", model.name, "--calls=8", "--timeout=60s", "--url", &url]);
    let answers: String = (0..8).map(|call| format!("{call} 200 {call}\n")).collect();
    assert_eq!((ran.stdout, ran.code), (answers, Some(0)), "{}", ran.stderr);
}

/// The program is stopped while its calls wait, and goes on when their deadlines have passed. Meanwhile the answers have come.
pub(crate) fn stopped(model: &Entry) {
    let calls = if model.at_once == AtOnce::One { 1 } else { 8 };
    let mock = support::mock();
    let url = format!("{}/echo/{{call}}?latency_ms=500", mock.url());
    let mut command = Command::new(MEANWHILE);
    command.args(["run", model.name, "--timeout=2s", "--url", &url, &format!("--calls={calls}")]);
    command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let group = Pid::from_child(&child);
    let all_wait = mock.wait_for(PATIENCE, |stats| stats.in_flight == calls);
    kill_process_group(group, Signal::STOP).expect("it runs");
    let all_answered = mock.wait_for(PATIENCE, |stats| stats.in_flight == 0);
    std::thread::sleep(Duration::from_secs(2));
    kill_process_group(group, Signal::CONT).expect("it is stopped");
    let ran: Ran = child.wait_with_output().expect("it ends").into();
    let answers: String = (0..calls).map(|call| format!("{call} 200 {call}\n")).collect();
    assert!(all_wait && all_answered, "{}", ran.stderr);
    assert_eq!((ran.stdout, ran.code), (answers, Some(0)), "{}", ran.stderr);
}

/// A process whose monotonic clock is ahead of the kernel's, or behind it: a time on the clock means another moment to it.
pub(crate) fn another_clock(model: &Entry) {
    let mock = support::mock();
    for offset_s in ["--monotonic=100000", "--monotonic=-20"] {
        let run = |path: &str, timeout: &str| -> Ran {
            let url = format!("{}{path}", mock.url());
            let mut command = Command::new("timeout");
            command.args(["60", "unshare", "--user", "--map-root-user", "--time", offset_s]);
            command.args([MEANWHILE, "run", model.name, "--calls=2", "--url", &url, timeout]);
            command.output().expect("timeout(1)").into()
        };
        let answered = run("/echo/{call}", "--timeout=20s");
        if answered.stderr.starts_with("unshare: ") {
            eprintln!("skipped: {}", answered.stderr.trim_end());
            return;
        }
        assert_eq!(answered.stdout, "0 200 0\n1 200 1\n", "{offset_s}: {}", answered.stderr);
        let late = run("/echo/{call}?latency_ms=60000", "--timeout=300ms");
        assert_eq!(late.stdout, "0 - timed-out\n1 - timed-out\n", "{offset_s}: {}", late.stderr);
    }
}

/// `localhost` is two addresses, and the server has one of them: once the one that the system gives first, once the other.
pub(crate) fn a_name_with_two_addresses(model: &Entry) {
    const HOSTS: &str = "127.0.0.1 localhost\n::1 localhost\n";
    let hosts = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(hosts.path(), HOSTS).expect("a file");
    let in_namespace = |command: &[&str]| -> Ran {
        let mut unshare = Command::new("unshare");
        unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
        unshare.arg("mount --bind \"$0\" /etc/hosts && exec \"$@\"").arg(hosts.path()).args(command);
        unshare.output().expect("unshare(1)").into()
    };
    for address in [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
        let latency = Duration::from_millis(20);
        let config = Config { address: (address, 0).into(), latency, ..Config::default() };
        let (Ok(mock), Some(0)) = (Mock::start(config), in_namespace(&["true"]).code) else {
            eprintln!("skipped: this system has no {address}, or does not allow a mount namespace");
            continue;
        };
        let url = format!("http://localhost:{}/echo/{{call}}", mock.address().port());
        let ran = in_namespace(&[MEANWHILE, "run", model.name, "--url", &url, "--calls=2"]);
        assert_eq!(ran.stdout, "0 200 0\n1 200 1\n", "{address}: {}", ran.stderr);
    }
}

/// Twenty ports for sixty calls: a call that gets none fails, or waits; the rest go on, and nothing spins.
pub(crate) fn few_ports(model: &Entry) {
    let calls = if model.at_once == AtOnce::One { 4 } else { 60 };
    let Some(report) = race_with_few_ports(model.name, calls) else {
        eprintln!("skipped: this system does not allow a network namespace");
        return;
    };
    let standing = &report.results[0];
    let round: &Round = standing.rounds.first().unwrap_or_else(|| panic!("{standing:?}"));
    assert_eq!(round.ok + round.failed, calls, "{standing:?}");
    assert!(round.ok >= calls.min(10), "{standing:?}");
    let reason = standing.failed.as_deref().unwrap_or("system: ");
    assert!(reason.contains("system: ") || reason.contains("timed-out"), "{reason}");
    assert!(model.spins || cpu_s(round) < round.wall_s / 2.0, "{round:?}");
}

/// Stops the program and lets it go on, every few milliseconds, until it ends.
fn run_in_a_storm(arguments: &[&str]) -> Ran {
    let mut command = Command::new(MEANWHILE);
    command.args(arguments).process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let group = Pid::from_child(&child);
    while child.try_wait().expect("it can be waited for").is_none() {
        for signal in [Signal::STOP, Signal::CONT] {
            // Fails once it has ended, which is what the loop waits for.
            let _ = kill_process_group(group, signal);
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    child.wait_with_output().expect("it has ended").into()
}

/// A race in a network of its own, whose system has twenty ports to give; nothing where that is not allowed.
fn race_with_few_ports(model: &str, calls: usize) -> Option<RaceReport> {
    const PREPARE: &str = "ip link set lo up && echo 40000 40019 >/proc/sys/net/ipv4/ip_local_port_range";
    let in_namespace = |script: &str, arguments: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--net", "sh", "-c", script, MEANWHILE]).args(arguments);
        command.output().ok().map(Ran::from)
    };
    in_namespace(PREPARE, &[]).filter(|ran| ran.code == Some(0))?;
    let calls = format!("--calls={calls}");
    let arguments = ["race", model, &calls, "--latency=300ms", "--timeout=5s", "--json=-"];
    let ran = in_namespace(&format!("{PREPARE} && exec \"$0\" \"$@\""), &arguments)?;
    let report = serde_json::from_str(&ran.stdout);
    Some(report.unwrap_or_else(|error| panic!("{error}: {}", ran.stderr)))
}
