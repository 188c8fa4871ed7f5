//! One call in ten gets no answer, and always the same ones.

use super::OneInTen;
use std::{
    io::{Read, Write},
    net::TcpStream,
};

#[test]
fn one_call_in_ten_is_closed_and_the_others_have_their_own_answer() {
    let server = OneInTen::start().unwrap();
    for call in 0..20 {
        let mut client = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
        client.write_all(format!("GET /echo/{call} HTTP/1.1\r\nHost: mock\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        if call == 3 || call == 13 {
            assert_eq!(answer, "");
        } else {
            assert!(answer.ends_with(&format!("\r\n\r\n{call}")), "{answer}");
        }
    }
}
