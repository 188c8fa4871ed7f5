//! The diamond breaks where it is meant to, and counts what the client gives up.

use super::{BrokenDiamond, StepB};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

fn ask(diamond: &BrokenDiamond, letter: char) -> TcpStream {
    let url = diamond.url();
    let address = url.trim_start_matches("http://").trim_end_matches("/diamond");
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(format!("GET /diamond/{letter}?a=t HTTP/1.1\r\nHost: mock\r\n\r\n").as_bytes()).unwrap();
    client
}

fn answer(mut client: TcpStream) -> String {
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_is_answered_and_b_is_closed_or_answered() {
    let closes = BrokenDiamond::start(StepB::Closes).unwrap();
    assert!(answer(ask(&closes, 'a')).ends_with("\r\n\r\na"));
    assert_eq!(answer(ask(&closes, 'b')), "");
    let answers = BrokenDiamond::start(StepB::Answers).unwrap();
    assert!(answer(ask(&answers, 'b')).ends_with("\r\n\r\nb"));
}

#[test]
fn c_and_d_are_held_until_the_client_gives_them_up() {
    let diamond = BrokenDiamond::start(StepB::Closes).unwrap();
    let (c, d) = (ask(&diamond, 'c'), ask(&diamond, 'd'));
    // An answer to a later request: both have been asked for by then.
    answer(ask(&diamond, 'a'));
    assert_eq!((diamond.asked().as_str(), diamond.given_up().as_str()), ("cda", ""));
    drop(d);
    assert!(diamond.wait_for_given_up(1, Duration::from_secs(5)) && diamond.given_up() == "d");
    drop(c);
}
