//! The request: the bytes that an `Exchange` sends, and an answer that comes before it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use async_await::AsyncAwait;
use downstream_call::{Call, Exchange, Failure, Model, Outcome, Run};

/// The outcome of a call to a peer, and the value that the peer returns.
fn beside<T: Send>(peer: impl FnOnce(TcpStream) -> T + Send) -> (Outcome, T) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let call = call(&format!("http://{}", listener.local_addr().expect("an address")));
    thread::scope(|scope| {
        let peer = scope.spawn(move || peer(listener.accept().expect("a connection").0));
        let mut model = AsyncAwait::one_thread().expect("a runtime");
        let outcome = model.fan_out(&Run::default(), &[call]).expect("a run").remove(0);
        (outcome, peer.join().expect("the peer"))
    })
}

fn call(url: &str) -> Call {
    let mut call = Call::get(&format!("{url}/a/b?c=d&e"), Duration::from_secs(5)).expect("a call");
    call.host = "downstream.example:8080".into();
    call
}

fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        request.push(byte[0]);
    }
    request
}

#[test]
fn the_request_is_that_of_an_exchange_byte_for_byte() {
    let (outcome, request) = beside(|mut stream| {
        let request = read_request(&mut stream);
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").expect("a peer");
        request
    });
    assert_eq!(outcome.expect("a reply").status, 204);
    let (run, call) = (Run::default(), call("http://127.0.0.1:1"));
    let exchange = Exchange::new(&run, 0, &call).expect("a call");
    let sent = exchange.unsent(&mut [0; 512]).escape_ascii().to_string();
    assert_eq!(request.escape_ascii().to_string(), sent);
}

/// hyper reads once before it writes. Whether the answer has arrived by then depends on the system's scheduler.
#[test]
fn an_answer_before_the_request_is_read_or_malformed() {
    for _ in 0..20 {
        let (outcome, ()) = beside(|mut stream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").expect("a peer");
            read_request(&mut stream);
        });
        match outcome {
            Ok(reply) => assert_eq!(reply.body, b"hi"),
            Err(failure) => assert!(matches!(failure, Failure::Malformed(_)), "{failure}"),
        }
    }
}
