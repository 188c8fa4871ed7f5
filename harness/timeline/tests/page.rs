//! A page is one file that runs its own script and nothing else, whatever its data says.

mod made;

use base64::prelude::{BASE64_STANDARD, Engine};
use made::{Made, at_once};
use sha2::{Digest, Sha256};
use timeline::Milestone::{FirstByte, WorkBegins, WorkEnds};
use timeline::page::{Page, Run, Section};

const HOSTILE: &str = "</script><script>alert(1)</script><!-- {{SCRIPT}} {{STYLE}} <img onerror=x>";

#[test]
fn the_policy_names_the_script_and_the_style_by_their_hashes() {
    let html = page_of("epoll", 3).html();
    for (kind, part) in [
        ("script", between(&html, "<script>", "</script>")),
        ("style", between(&html, "<style>", "</style>")),
    ] {
        let hash = BASE64_STANDARD.encode(Sha256::digest(part));
        assert!(html.contains(&format!("{kind}-src 'sha256-{hash}';")), "{kind}");
    }
    assert!(html.contains("content=\"default-src 'none';"));
    assert!(!html.contains("connect-src"), "a file asks for nothing");
}

#[test]
fn only_a_page_that_is_served_may_ask_for_more() {
    let served = Page { source: Some("/events".into()), ..Page::default() };
    assert!(served.html().contains("connect-src 'self';"));
}

#[test]
fn no_data_is_markup() {
    let html = page_of(HOSTILE, 3).html();
    assert_eq!(html.matches("<script").count(), page_of("epoll", 3).html().matches("<script").count());
    assert_eq!(html.matches("<!--").count(), 1, "the template's own");
    assert!(!html.contains("<img"));
}

#[test]
fn data_is_json_with_everything_in_it() {
    let html = page_of(HOSTILE, 3).html();
    let data = between(&html, "<script type=\"application/json\" id=\"data\">", "</script>");
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let run = &data["sections"][0]["runs"][0];
    assert_eq!(data["title"], HOSTILE);
    assert_eq!(run["contestant"], HOSTILE);
    assert_eq!(run["calls"].as_array().map(Vec::len), Some(3));
    // Waiting, from 2 ms after the start of the process, for a second.
    assert_eq!(run["calls"][0]["spans"], serde_json::json!([1, 2_000, 1_000_000]));
}

#[test]
fn a_stretch_that_keeps_answers_waiting_says_by_what() {
    let worked = |from_us| [(FirstByte, from_us), (WorkBegins, from_us), (WorkEnds, from_us + 60_000)];
    let made = Made::new("held", 2).call(0, 0, 100_000).call(1, 0, 100_000);
    let made = made.said(0, 1, &worked(101_000)).said(1, 1, &worked(161_000)).end(300_000, 0);
    let run: serde_json::Value = serde_json::from_str(&Run::of(&made.lanes()).json()).expect("JSON");
    let why = "keeps an answer waiting: the work of call 0";
    let expected = serde_json::json!([{ "thread": 1, "from_us": 101_000, "until_us": 161_000, "why": why }]);
    assert_eq!(run["blocked"], expected);
}

#[test]
fn ten_thousand_calls_make_a_page_of_less_than_five_megabytes() {
    let bytes = page_of("many", 10_000).html().len();
    assert!(bytes < 5_000_000, "{bytes}");
}

fn page_of(name: &str, calls: usize) -> Page {
    let run = Run::of(&at_once(name, calls).lanes());
    let sections = vec![Section::Timelines { heading: "Runs".into(), runs: vec![run] }];
    Page { title: name.into(), sections, ..Page::default() }
}

/// The first text between these two.
fn between<'text>(text: &'text str, start: &str, end: &str) -> &'text str {
    let (_, rest) = text.split_once(start).expect("a start");
    rest.split_once(end).expect("an end").0
}
