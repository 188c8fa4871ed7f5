//! Everything that can go wrong with one call, and how a client must end it.
//!
//! *What to notice*: a client that is as strict as hyper ends each of these as its [`Expect`] describes;
//! `tests/oracle.rs` asks hyper itself. This is the only list of bad answers: the conformance suite, the tests of
//! `Exchange` and the fuzzer's first inputs are made from it. Names are stable, so that reports of different days can
//! be compared.

mod connect;
mod framing;
mod head;

use crate::faults::{Answer, Scene, Script};
use std::{
    borrow::Cow,
    fmt,
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

/// Something that goes wrong with a call.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Its name, in kebab case; no two faults share one.
    pub name: String,
    /// The part of a call that it concerns.
    pub group: Group,
    /// What a client finds at the port.
    pub scene: Scene,
    /// On which loopback address.
    pub ip: IpAddr,
    /// The path to request; it is long where the request has to be long.
    pub path: String,
    /// A deadline for the call; it is short where it has to pass.
    pub timeout: Duration,
    /// How the call must end.
    pub expect: Expect,
}

/// Which part of a call a fault concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// Until there is a connection.
    Connect,
    /// While the request is sent.
    Request,
    /// While the head of the answer arrives.
    Head,
    /// While its body does.
    Framing,
}

impl fmt::Display for Group {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "connect",
            Self::Request => "request",
            Self::Head => "head",
            Self::Framing => "framing",
        })
    }
}

/// How a call ends with a client that is as strict as hyper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// With this reply, in spite of the fault.
    Reply {
        /// The status code.
        status: u16,
        /// The body, without its transfer coding.
        body: Cow<'static, [u8]>,
    },
    /// With a failure of one of these classes, named as in the contestant protocol: `connect-refused`, `reset`,
    /// `incomplete`, `malformed`, `too-large`, `timed-out`. There are several where timing or the order of checks
    /// decides.
    Failure(&'static [&'static str]),
}

const REFUSED: Expect = Expect::Failure(&["connect-refused"]);
const RESET: Expect = Expect::Failure(&["reset"]);
const INCOMPLETE: Expect = Expect::Failure(&["incomplete"]);
const MALFORMED: Expect = Expect::Failure(&["malformed"]);
const TOO_LARGE: Expect = Expect::Failure(&["too-large"]);
const TIMED_OUT: Expect = Expect::Failure(&["timed-out"]);

/// The usual reply of a client that tolerates a fault.
const OK: Expect = reply(200, b"ok");

const fn reply(status: u16, body: &'static [u8]) -> Expect {
    Expect::Reply { status, body: Cow::Borrowed(body) }
}

/// A deadline that does not pass, also on a busy machine.
const FAR_OFF: Duration = Duration::from_secs(10);

/// A deadline that has to pass.
const SOON: Duration = Duration::from_millis(200);

impl Fault {
    fn new(group: Group, name: impl Into<String>, scene: Scene, expect: Expect) -> Self {
        Self {
            name: name.into(),
            group,
            scene,
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            path: "/fault".into(),
            timeout: if expect == TIMED_OUT { SOON } else { FAR_OFF },
            expect,
        }
    }

    /// Whether only a limit or a deadline of the client ends the call: the server sends without end, or the call must
    /// end with its deadline.
    pub fn is_endless(&self) -> bool {
        self.expect == TIMED_OUT || self.scene.script().is_some_and(Script::is_endless)
    }

    /// The whole answer, if the fault is only in its bytes or in the way it ends, and not in the connection, the
    /// request or the timing.
    pub fn answer(&self) -> Option<Answer> {
        let Scene::Play(script) = &self.scene else { return None };
        script.answer().filter(|(_, takes)| *takes < self.timeout).map(|(answer, _)| answer)
    }

    fn play(group: Group, name: impl Into<String>, script: Script, expect: Expect) -> Self {
        Self::new(group, name, Scene::Play(script), expect)
    }

    /// Answers with these bytes, and closes.
    fn answering(group: Group, name: impl Into<String>, bytes: impl AsRef<[u8]>, expect: Expect) -> Self {
        Self::play(group, name, Script::response(bytes.as_ref().to_vec()), expect)
    }
}

/// Every fault, in the order of a call.
pub fn catalogue() -> Vec<Fault> {
    [connect::faults(), head::faults(), framing::faults()].concat()
}
