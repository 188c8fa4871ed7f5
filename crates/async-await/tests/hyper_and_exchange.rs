//! hyper's client as this model uses it, against `Exchange`, which all others use: the same request, and from the same
//! answer the same outcome.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use async_await::AsyncAwait;
use bytes::Bytes;
use downstream_call::{Call, Exchange, Failure, MAX_BODY_BYTES, Model, Outcome, Run, TooLarge};
use http_body_util::Empty;
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rstest::rstest;
use tokio::io::AsyncReadExt;
use tokio::runtime::Builder;

/// What the model makes of an answer, and what it asked; the peer sends the answer and closes.
fn of_model(answer: &[u8]) -> (Outcome, Vec<u8>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let call = call(&format!("http://{}", listener.local_addr().expect("an address")));
    thread::scope(|scope| {
        let peer = scope.spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = Vec::new();
            let mut byte = [0];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).expect("a request") == 1 {
                request.push(byte[0]);
            }
            // The client may have enough before the end.
            _ = stream.write_all(answer);
            request
        });
        let mut model = AsyncAwait::one_thread().expect("a runtime");
        let outcome = model.fan_out(&Run::default(), &[call]).expect("a run").remove(0);
        (outcome, peer.join().expect("a request"))
    })
}

fn of_exchange(answer: &[u8]) -> Outcome {
    let (run, call) = (Run::default(), call("http://127.0.0.1:1"));
    let mut exchange = Exchange::new(&run, 0, &call).expect("a call");
    let outcome = answer.chunks(16 * 1024).find_map(|bytes| exchange.received(bytes));
    outcome.unwrap_or_else(|| exchange.closed())
}

fn call(url: &str) -> Call {
    let mut call = Call::get(&format!("{url}/a/b?c=d&e"), Duration::from_secs(5)).expect("a call");
    call.host = "downstream.example:8080".into();
    call
}

fn exchange_s_request(call: &Call) -> String {
    let run = Run::default();
    let exchange = Exchange::new(&run, 0, call).expect("a call");
    String::from_utf8_lossy(exchange.unsent(&mut [0; 512])).into_owned()
}

#[test]
fn the_request_is_the_same_byte_for_byte() {
    let (outcome, request) = of_model(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert!(outcome.is_ok());
    assert_eq!(String::from_utf8(request), Ok(exchange_s_request(&call("http://127.0.0.1:1"))));
}

#[test]
fn hyper_itself_would_send_no_other_request() {
    let call = call("http://127.0.0.1:1");
    let request = Request::get(&*call.path).header("host", &*call.host).header("connection", "close");
    let request = request.body(Empty::<Bytes>::new()).expect("a request");
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let sent = runtime.block_on(async {
        let (ours, mut theirs) = tokio::io::duplex(512);
        let handshake = http1::Builder::new().title_case_headers(true).handshake(TokioIo::new(ours)).await;
        let (mut sender, connection) = handshake.expect("a connection");
        let reply = sender.send_request(request);
        let mut sent = [0; 512];
        let length = tokio::select! {
            biased;
            _ = connection => panic!("nobody closed it"),
            length = theirs.read(&mut sent) => length.expect("a request"),
        };
        drop(reply);
        sent[..length].to_vec()
    });
    assert_eq!(String::from_utf8(sent), Ok(exchange_s_request(&call)));
}

#[rstest]
#[case::length("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi, and more")]
#[case::chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n0\r\nt: v\r\n\r\n")]
#[case::close_delimited("HTTP/1.0 404 Not Found\r\n\r\nhi")]
#[case::interim("HTTP/1.1 100 \r\n\r\nHTTP/1.1 103 \r\nLink: x\r\n\r\nHTTP/1.1 204 \r\n\r\nx")]
#[case::switching("HTTP/1.1 101 \r\nUpgrade: x\r\n\r\n")]
#[case::nothing("")]
#[case::half_a_head("HTTP/1.1 200 OK\r\nContent-")]
#[case::half_a_body("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhi")]
#[case::no_last_chunk("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")]
#[case::version("HTTP/2.0 200 OK\r\n\r\n")]
#[case::status("HTTP/1.1 20 OK\r\n\r\n")]
#[case::status_below_100("HTTP/1.1 099 OK\r\n\r\n")]
#[case::field_name("HTTP/1.1 200 OK\r\na b: c\r\n\r\n")]
#[case::field_value("HTTP/1.1 200 OK\r\na: \0\r\n\r\n")]
#[case::line_end("HTTP/1.1 200 OK\rx\r\n\r\n")]
#[case::noise("nonsense\r\n\r\n")]
#[case::after_interim("HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 OK\r\n\r\r\n\r\n")]
#[case::length_signed("HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nhi")]
#[case::length_doubled("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi")]
#[case::chunked_1_0("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
#[case::chunk_size("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")]
#[case::chunk_size_empty("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n")]
#[case::chunk_size_huge("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n")]
#[case::chunk_size_blank("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1 1\r\n")]
#[case::chunk_size_line("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\rx")]
#[case::chunk_extension("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;a\nb\r\n")]
#[case::chunk_end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhixx")]
#[case::chunk_end_line("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\rx")]
#[case::chunked_end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\rx")]
#[case::trailer_name("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na b: c\r\n\r\n")]
#[case::trailer_value("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: \0\r\n\r\n")]
#[case::trailer_line("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: b\rx")]
fn an_answer_has_the_same_outcome(#[case] answer: &str) {
    assert_eq!(of_model(answer.as_bytes()).0, of_exchange(answer.as_bytes()));
}

fn head(rest: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{rest}").into_bytes()
}

/// So many chunks of 1 MiB, each after its size.
fn mebibytes(count: usize) -> Vec<u8> {
    let chunk = [b"100000\r\n".as_slice(), &vec![b'x'; 1 << 20], b"\r\n"].concat();
    [head("Transfer-Encoding: chunked\r\n\r\n"), chunk.repeat(count)].concat()
}

#[rstest]
#[case::fields(TooLarge::Fields, head(&"a: b\r\n".repeat(101)))]
#[case::head(TooLarge::Head, head(&format!("a: {}\r\n\r\n", "b".repeat(64 * 1024))))]
#[case::endless_head(TooLarge::Head, head(&format!("a: {}", "b".repeat(200_000))))]
#[case::body_declared(TooLarge::Body, head(&format!("Content-Length: {}\r\n\r\n", MAX_BODY_BYTES + 1)))]
#[case::body_of_all_bytes(TooLarge::Body, head("Content-Length: 18446744073709551615\r\n\r\nx"))]
#[case::body_streamed(TooLarge::Body, mebibytes(17))]
#[case::body_until_close(TooLarge::Body, [head("\r\n"), vec![b'x'; MAX_BODY_BYTES + 1]].concat())]
#[case::extensions(
    TooLarge::Extensions,
    head(&format!("Transfer-Encoding: chunked\r\n\r\n1;{}", "x".repeat(17_000)))
)]
#[case::trailer(
    TooLarge::Head,
    head(&format!("Transfer-Encoding: chunked\r\n\r\n0\r\na: {}", "b".repeat(70_000)))
)]
#[case::trailers(
    TooLarge::Fields,
    head(&format!("Transfer-Encoding: chunked\r\n\r\n0\r\n{}", "a: b\r\n".repeat(102)))
)]
fn what_is_too_large_is_named(#[case] what: TooLarge, #[case] answer: Vec<u8>) {
    assert_eq!(of_exchange(&answer), Err(Failure::TooLarge(what)));
    assert_eq!(of_model(&answer).0, Err(Failure::TooLarge(what)));
}

#[rstest]
#[case::fields(head(&format!("{}Content-Length: 1\r\n\r\nx", "a: b\r\n".repeat(99))))]
#[case::head(head(&format!("a: {}\r\n\r\n", "b".repeat(64 * 1024 - 24))))]
#[case::body([head(&format!("Content-Length: {MAX_BODY_BYTES}\r\n\r\n")), vec![b'x'; MAX_BODY_BYTES]].concat())]
fn what_is_just_small_enough_is_a_reply(#[case] answer: Vec<u8>) {
    assert_eq!(of_model(&answer).0.expect("a reply"), of_exchange(&answer).expect("a reply"));
}

#[test]
fn an_answer_that_comes_before_its_question_is_an_answer() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let call = call(&format!("http://{}", listener.local_addr().expect("an address")));
    thread::scope(|scope| {
        scope.spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").expect("a peer");
            _ = stream.read(&mut [0; 512]);
        });
        let mut model = AsyncAwait::one_thread().expect("a runtime");
        let outcome = model.fan_out(&Run::default(), &[call]).expect("a run").remove(0);
        assert_eq!(outcome.expect("a reply").body, b"hi");
    });
}
