//! The mock's answer to each request.

mod client;

use client::{get, receive, send};
use downstream_mock::{Config, DIAMOND_COMPLETE, Mock, file_bytes};
use std::{
    io::Read,
    time::{Duration, Instant},
};

fn prompt() -> Mock {
    Mock::start(Config { latency: Duration::ZERO, ..Config::default() }).expect("a mock")
}

fn body(mock: &Mock, path: &str) -> String {
    let answer = get(mock.address(), path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

#[test]
fn the_resource_says_hello_as_plain_text() {
    let answer = get(prompt().address(), "/get_resource");
    assert_eq!((answer.status, answer.body.as_str()), (200, "Hello World!"));
    assert!(answer.head.contains("content-type: text/plain"));
    assert!(answer.head.contains("content-length: 12"));
}

#[test]
fn an_echo_is_the_id_as_it_was_sent() {
    let mock = prompt();
    assert_eq!(body(&mock, "/echo/17"), "17");
    assert_eq!(body(&mock, "/echo/a%20b/c?latency_ms=1"), "a%20b/c");
    assert_eq!(body(&mock, "/echo/"), "");
}

#[test]
fn a_request_may_choose_its_latency_on_any_route() {
    let mock = prompt();
    for path in ["/get_resource", "/echo/1", "/diamond/a", "/status/404", "/files/f", "/nowhere"] {
        let start = Instant::now();
        get(mock.address(), &format!("{path}?latency_ms=30"));
        assert!(start.elapsed() >= Duration::from_millis(30), "{path} took {:?}", start.elapsed());
    }
}

#[test]
fn a_latency_that_is_no_number_is_refused() {
    let answer = get(prompt().address(), "/echo/1?latency_ms=soon");
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body, "latency_ms must be a whole number from 0 to 3600000");
}

#[test]
fn a_status_is_answered_with_its_code_where_it_may_have_a_body() {
    let mock = prompt();
    for code in [200, 201, 301, 404, 418, 500, 503, 599] {
        let answer = get(mock.address(), &format!("/status/{code}"));
        assert_eq!((answer.status, answer.body), (code, code.to_string()));
    }
    for code in [204, 205, 304] {
        let answer = get(mock.address(), &format!("/status/{code}"));
        assert_eq!((answer.status, answer.body.as_str()), (code, ""));
    }
    for code in ["100", "101", "600", "-1", "ok", ""] {
        assert_eq!(get(mock.address(), &format!("/status/{code}")).status, 400, "{code}");
    }
}

#[test]
fn an_unknown_path_is_answered_with_all_routes() {
    let body = get(prompt().address(), "/nowhere").body;
    for route in ["/get_resource", "/echo/", "/diamond/", "/files/", "/status/", "/stats"] {
        assert!(body.contains(route), "{body}");
    }
}

#[test]
fn asking_for_the_counts_does_not_change_them() {
    let mock = prompt();
    get(mock.address(), "/echo/1");
    let answers = [(); 2].map(|()| get(mock.address(), "/stats"));
    for answer in &answers {
        assert!(answer.head.contains("content-type: application/json"), "{answer:?}");
        let counts = "\"requests\":1,\"in_flight\":0,\"peak_in_flight\":1,\"answered\":1,\"aborted\":0";
        assert!(answer.body.contains(counts), "{answer:?}");
    }
    assert_eq!(mock.stats().requests, 1);
}

#[test]
fn an_unknown_path_is_404_and_another_method_405() {
    let mock = prompt();
    for path in ["/", "/get_resource/", "/get", "/diamond/f", "/diamond/", "/echo"] {
        assert_eq!(get(mock.address(), path).status, 404, "{path}");
    }
    let answer = receive(send(mock.address(), "DELETE", "/get_resource"));
    assert_eq!(answer.status, 405);
    assert!(answer.head.contains("allow: get"));
}

struct Tokens {
    b: String,
    c: String,
    d: String,
}

fn tokens(mock: &Mock) -> Tokens {
    let a = body(mock, "/diamond/a");
    let [b, c, d] = ["b", "c", "d"].map(|letter| body(mock, &format!("/diamond/{letter}?a={a}")));
    Tokens { b, c, d }
}

fn join(mock: &Mock, b: &str, c: &str, d: &str) -> (u16, String) {
    let answer = get(mock.address(), &format!("/diamond/e?b={b}&c={c}&d={d}"));
    (answer.status, answer.body)
}

#[test]
fn a_diamond_whose_tokens_stem_from_one_a_is_complete() {
    let mock = prompt();
    let Tokens { b, c, d } = tokens(&mock);
    assert_eq!(join(&mock, &b, &c, &d), (200, DIAMOND_COMPLETE.into()));
}

#[test]
fn tokens_of_two_diamonds_do_not_fit_together() {
    let mock = prompt();
    let (one, two) = (tokens(&mock), tokens(&mock));
    let (status, reason) = join(&mock, &one.b, &two.c, &one.d);
    assert_eq!((status, reason.as_str()), (403, "b, c and d stem from different diamonds: 0, 1 and 0"));
}

#[test]
fn a_token_in_the_place_of_another_letter_is_refused() {
    let mock = prompt();
    let Tokens { b, c, d } = tokens(&mock);
    let (status, reason) = join(&mock, &c, &b, &d);
    assert_eq!((status, reason.as_str()), (403, "the token b was not issued by /diamond/b"));
}

#[test]
fn a_missing_or_invented_token_is_refused_by_name() {
    let mock = prompt();
    let Tokens { b, c, .. } = tokens(&mock);
    let refused = |path: &str| {
        let answer = get(mock.address(), path);
        assert_eq!(answer.status, 403, "{path}");
        answer.body
    };
    assert_eq!(refused("/diamond/b"), "the token a is missing");
    assert_eq!(refused("/diamond/c?a="), "the token a was not issued by /diamond/a");
    assert_eq!(refused("/diamond/d?a=a-0-0000000000000000"), "the token a was not issued by /diamond/a");
    assert_eq!(refused(&format!("/diamond/e?b={b}&c={c}")), "the token d is missing");
}

#[test]
fn the_same_seed_issues_the_same_tokens_and_another_seed_others() {
    let issue = |seed| {
        body(
            &Mock::start(Config { seed, latency: Duration::ZERO, ..Config::default() }).unwrap(),
            "/diamond/a",
        )
    };
    assert_eq!(issue(1), issue(1));
    assert_ne!(issue(1), issue(2));
}

#[test]
fn a_file_has_the_bytes_of_its_name() {
    let mock = prompt();
    for bytes in [0, 1, 7, 8, 9, 65_535, 65_536, 65_537, 1_000_000] {
        assert_eq!(
            download(&mock, &format!("/files/some.bin?bytes={bytes}")),
            file_bytes("some.bin", 0..bytes)
        );
    }
    assert_ne!(file_bytes("one", 0..100), file_bytes("two", 0..100));
    assert!(mock.wait_for(client::PATIENCE, |stats| stats.answered == 9 && stats.aborted == 0));
}

#[test]
fn any_range_of_a_file_is_that_range_of_the_whole() {
    let whole = file_bytes("f", 0..100);
    for start in 0..=100 {
        for end in start..=100 {
            assert_eq!(file_bytes("f", start..end), whole[start as usize..end as usize]);
        }
    }
}

#[test]
fn a_file_with_a_rate_is_not_faster() {
    let mock = prompt();
    let start = Instant::now();
    let bytes = download(&mock, "/files/f?bytes=5000&bytes_per_second=50000");
    assert_eq!(bytes, file_bytes("f", 0..5000));
    assert!(start.elapsed() >= Duration::from_millis(100), "took {:?}", start.elapsed());
}

#[test]
fn a_file_without_a_size_or_beyond_the_limit_is_refused() {
    let mock = prompt();
    assert_eq!(get(mock.address(), "/files/f").body, "no size given: add ?bytes=N");
    assert_eq!(get(mock.address(), "/files/f?bytes=1073741825").status, 400);
    assert_eq!(get(mock.address(), "/files/f?bytes=1&bytes_per_second=0").status, 400);
}

/// The body, and a check that its length was announced.
fn download(mock: &Mock, path: &str) -> Vec<u8> {
    let mut answer = Vec::new();
    send(mock.address(), "GET", path).read_to_end(&mut answer).expect("a whole file");
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
    let body = answer.split_off(head);
    let head = String::from_utf8(answer).unwrap().to_ascii_lowercase();
    assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{head}");
    body
}
