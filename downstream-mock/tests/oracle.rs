//! hyper's own client ends as the catalogue expects.

use downstream_mock::{
    Config, Mock,
    faults::{Expect, Fault, Fragment, catalogue},
};
use oracle::Ending;
use std::{net::TcpListener, time::Duration};

/// The faults with which hyper does not end as the catalogue expects.
fn differences(config: Config, faults: &[Fault]) -> Vec<String> {
    let mock = Mock::start(config).expect("a mock");
    let differs = |fault: &Fault| {
        let server = mock.stage(fault).expect("a port");
        let seen = oracle::ends_at(server.address(), &fault.path, fault.timeout);
        (!agrees(&seen, &fault.expect)).then(|| format!("{}: {seen:?}, not {:?}", fault.name, fault.expect))
    };
    faults.iter().filter_map(differs).map(|difference| difference.chars().take(300).collect()).collect()
}

fn agrees(seen: &Ending, expect: &Expect) -> bool {
    match (seen, expect) {
        (Ok((status, body)), Expect::Reply { status: expected, body: whole }) => {
            status == expected && body[..] == whole[..]
        }
        (Err(refusal), Expect::Failure(classes)) => classes.contains(&refusal.class),
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
    // A piece is at most 2,000 bytes: the largest answers would take minutes.
    let small = |fault: &Fault| fault.answer().is_none_or(|answer| answer.bytes.len() < 1024 * 1024);
    let stops = |fault: &Fault| fault.scene.script().is_none_or(|script| !script.is_endless());
    let faults: Vec<Fault> = playable().into_iter().filter(|fault| small(fault) && stops(fault)).collect();
    let differences = differences(Config { fragment: Some(fragment), ..Config::default() }, &faults);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
