//! What can go wrong before an answer: no connection, or a request that is not read.

use super::{Expect, FAR_OFF, Fault, Group, INCOMPLETE, OK, REFUSED, RESET, TIMED_OUT};
use crate::faults::{Scene, Script};
use std::{
    net::{IpAddr, Ipv6Addr},
    time::Duration,
};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Just shorter than the longest path of `http::Uri`, which is 65,534 bytes.
const LONG_PATH_BYTES: usize = 60_000;

pub(super) fn faults() -> Vec<Fault> {
    [connect(), request()].concat()
}

fn connect() -> Vec<Fault> {
    let fault = |name, scene, expect| Fault::new(Group::Connect, name, scene, expect);
    let answer = || Scene::Play(Script::response(ANSWER));
    vec![
        fault("refused", Scene::Refused, REFUSED),
        // The socket is reported as ready; only SO_ERROR shows that it was refused (connect(2)).
        fault("refused-late", Scene::RefusedLate, REFUSED),
        fault("backlog-full", Scene::BacklogFull, TIMED_OUT),
        fault("never-accepted", Scene::NeverAccepted, TIMED_OUT),
        fault("reset-at-accept", Scene::Play(Script::new().reset()), RESET),
        fault("close-at-accept", Scene::Play(Script::new()), Expect::Failure(&["incomplete", "reset"])),
        on_ipv6(fault("ipv6", answer(), OK)),
        on_ipv6(fault("ipv6-refused", Scene::Refused, REFUSED)),
        on_ipv6(fault("ipv6-never-accepted", Scene::NeverAccepted, TIMED_OUT)),
    ]
}

fn on_ipv6(fault: Fault) -> Fault {
    Fault { ip: IpAddr::V6(Ipv6Addr::LOCALHOST), ..fault }
}

fn request() -> Vec<Fault> {
    let fault = |name, script, expect| Fault::play(Group::Request, name, script, expect);
    let taken_slowly = || Script::new().read_head_slowly(4096, Duration::from_millis(1));
    let slowly = taken_slowly().send(ANSWER);
    // Only the answer wakes the client: there was room to send long before, and the connection stays open afterwards.
    let later = taken_slowly().wait(Duration::from_millis(50)).send(ANSWER).hold();
    vec![
        fault("close-with-request-unread", Script::new().await_request(), RESET),
        fault("answer-with-request-unread", Script::new().await_request().send(ANSWER), OK),
        fault("never-answered", Script::new().read_head().hold(), TIMED_OUT),
        fault("close-without-answer", Script::new().read_head(), INCOMPLETE),
        fault("reset-without-answer", Script::new().read_head().reset(), RESET),
        narrow("request-in-parts", slowly, OK),
        narrow("answer-long-after-request-in-parts", later, OK),
        narrow("request-never-taken", Script::new().await_request().wait(FAR_OFF), TIMED_OUT),
        narrow("close-inside-request", Script::new().await_request(), RESET),
    ]
}

/// A request so long that the client's system takes it in parts. No two pieces of its path are equal, so that a test
/// finds a piece that is lost or doubled.
fn narrow(name: &str, script: Script, expect: Expect) -> Fault {
    let path = (0..LONG_PATH_BYTES / 6).map(|piece| format!("/{piece:05}")).collect();
    Fault { path, ..Fault::new(Group::Request, name, Scene::PlayNarrow(script), expect) }
}
