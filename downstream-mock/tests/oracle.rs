//! hyper's own client agrees with all that the catalogue expects.

mod oracle_client;

use downstream_mock::{
    Config, Mock,
    faults::{Expect, Fault, Fragment, catalogue},
};
use oracle_client::Seen;
use std::{net::TcpListener, time::Duration};

/// What hyper makes of each fault where that is not what the catalogue expects.
fn differences(config: Config, faults: &[Fault]) -> Vec<String> {
    let mock = Mock::start(config).expect("a mock");
    let differs = |fault: &Fault| {
        let server = mock.stage(fault).expect("a port");
        let seen = oracle_client::call(server.address(), &fault.path, fault.timeout);
        (!agrees(&seen, &fault.expect)).then(|| format!("{}: {seen:?}, not {:?}", fault.name, fault.expect))
    };
    faults.iter().filter_map(differs).map(|difference| difference.chars().take(300).collect()).collect()
}

fn agrees(seen: &Seen, expect: &Expect) -> bool {
    match (seen, expect) {
        (Ok((status, body)), Expect::Reply { status: expected, body: whole }) => {
            status == expected && body[..] == whole[..]
        }
        (Err((class, _)), Expect::Failure(classes)) => classes.contains(class),
        (Ok(_), Expect::Failure(_)) | (Err(_), Expect::Reply { .. }) => false,
    }
}

/// The catalogue, without IPv6 where the machine has none.
fn playable() -> Vec<Fault> {
    let ipv6 = TcpListener::bind("[::1]:0").is_ok();
    if !ipv6 {
        eprintln!("no IPv6 on loopback: its faults are left out");
    }
    catalogue().into_iter().filter(|fault| ipv6 || fault.ip.is_ipv4()).collect()
}

#[test]
fn hyper_agrees_with_the_catalogue() {
    let differences = differences(Config::default(), &playable());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn hyper_agrees_however_the_answers_are_split_and_delayed() {
    let fragment = Fragment { seed: 4, most_bytes: 2_000, longest_pause: Duration::from_micros(500) };
    let small = |fault: &Fault| !fault.name.contains("limit") && !fault.name.contains("endless");
    let faults: Vec<Fault> = playable().into_iter().filter(small).collect();
    let differences = differences(Config { fragment: Some(fragment), ..Config::default() }, &faults);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
