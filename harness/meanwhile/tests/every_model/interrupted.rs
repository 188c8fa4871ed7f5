//! Ctrl-C in `meanwhile run`: what was answered is printed, and the rest is cancelled.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use conformance::Cancels;
use downstream_mock::Mock;
use meanwhile::models::Entry;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::support::{self, MEANWHILE, Ran};

const PATIENCE: Duration = Duration::from_secs(20);

/// Of three calls, one after the other, the first is answered at once, and the second would be after a quarter of an hour.
/// When the second is asked for, the model has the first answer.
pub(crate) fn the_answers_that_are_there_are_printed(model: &Entry) {
    let mock = support::mock();
    // A model that blocks ends at its deadline.
    let timeout = if model.cancels == Cancels::AtOnce { "--timeout=1h" } else { "--timeout=1s" };
    let child = start(model, &mock, timeout);
    assert!(mock.wait_for(PATIENCE, |stats| stats.requests == 2), "{:?}", mock.stats());
    interrupt(&child);
    let ran: Ran = child.wait_with_output().expect("it ends").into();
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!((lines.len(), lines[0], ran.code), (3, "0 200 0", Some(130)), "{ran:?}");
    let ended = |line: &&str| match model.cancels {
        Cancels::AtOnce => line.ends_with(" - cancelled"),
        Cancels::ByTheDeadline => line.ends_with(" - cancelled") || line.ends_with(" - timed-out"),
    };
    assert!(lines[1..].iter().all(ended), "{ran:?}");
    assert!(ran.stderr.starts_with("meanwhile: interrupted: ") && ran.stderr.lines().count() == 1, "{ran:?}");
}

pub(crate) fn a_second_one_ends_the_process_at_once(model: &Entry) {
    let mock = support::mock();
    let mut child = start(model, &mock, "--timeout=1h");
    assert!(mock.wait_for(PATIENCE, |stats| stats.requests == 2), "{:?}", mock.stats());
    while child.try_wait().expect("it can be waited for").is_none() {
        interrupt(&child);
        std::thread::sleep(Duration::from_millis(5));
    }
    let ran: Ran = child.wait_with_output().expect("it has ended").into();
    assert_eq!(ran.code, Some(130), "{ran:?}");
}

fn start(model: &Entry, mock: &Mock, timeout: &str) -> Child {
    let url = format!("{}/echo/{{call}}?latency_ms={{call}}000000", mock.url());
    let mut command = Command::new(MEANWHILE);
    command.args(["run", model.name, "--calls=3", "--in-flight=1", "--url", &url, timeout]);
    command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

/// What Ctrl-C in a terminal does: the signal reaches all processes of the group.
fn interrupt(child: &Child) {
    // Fails once they have ended.
    let _ = kill_process_group(Pid::from_child(child), Signal::INT);
}
