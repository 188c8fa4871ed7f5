//! A picture of text fits its width and its height, shows what the lanes have, and needs no colours.

mod made;

use made::{Made, asleep, at_once, pool};
use timeline::Milestone::{FirstByte, Started, WorkBegins, WorkEnds};
use timeline::{Lanes, Line, Paint, Size, ThreadState, terminal};

const WIDTHS: [usize; 3] = [60, 80, 120];
const ROOMY: Size = Size { columns: 100, rows: 60 };

#[test]
fn each_thread_and_each_call_has_a_lane_where_there_is_room() {
    let lanes = pool().lanes();
    for columns in WIDTHS {
        let picture = text(&lanes, Size { columns, ..ROOMY });
        let begins = |start: &str| picture.iter().filter(|line| line.starts_with(start)).count();
        assert_eq!(begins("worker "), lanes.threads.len(), "{picture:#?}");
        assert_eq!(begins("call "), lanes.calls.len(), "{picture:#?}");
    }
}

#[test]
fn no_line_reaches_the_last_column() {
    let mut made = pool();
    made.0.about.contestant = "a name that is far too long for any terminal, with 漢字 ".repeat(4);
    made.0.threads[0].name = "漢字".repeat(20);
    for columns in WIDTHS {
        let lines = picture(&made.lanes(), Size { columns, ..ROOMY });
        let widest = lines.iter().map(columns_of).max();
        assert!(widest < Some(columns), "{widest:?} of {columns}");
    }
}

#[test]
fn a_picture_has_no_more_lines_than_there_are() {
    let made = (11..211).fold(at_once("many", 10_000), |made, thread| {
        let call = if thread % 3 == 0 { "futex" } else { "recvfrom" };
        made.only(thread, asleep(call), 1_000_000, 0)
    });
    for rows in [16, 24, 50] {
        let picture = text(&made.lanes(), Size { columns: 80, rows });
        assert!(picture.len() <= rows, "{} of {rows}: {picture:#?}", picture.len());
        assert!(picture.iter().any(|line| line.starts_with("133 worker threads ")), "{picture:#?}");
        assert!(picture.iter().any(|line| line.starts_with("67 worker threads ")), "{picture:#?}");
    }
}

#[test]
fn threads_that_wait_for_answers_are_not_folded_with_others_that_sleep_alike() {
    let made = (2..40).fold(at_once("mixed", 2), |made, one| {
        made.thread(1, one, &[(asleep("futex"), 400_000, 0), (asleep("read"), 1_000_000, 0)])
    });
    let made = made.only(40, asleep("read"), 1_000_000, 0).said(0, 40, &[(FirstByte, 1_003_000)]);
    let picture = text(&made.lanes(), Size { columns: 80, rows: 20 });
    assert!(picture.iter().any(|line| line.starts_with("worker 40 ")), "{picture:#?}");
    assert!(picture.iter().any(|line| line.starts_with("38 worker threads ")), "{picture:#?}");
}

#[test]
fn calls_that_are_folded_are_named_by_their_numbers() {
    let picture = text(&at_once("many", 100).lanes(), Size { columns: 80, rows: 14 });
    let calls: Vec<_> = picture.iter().filter(|line| line.starts_with("calls ")).collect();
    assert!(calls[0].starts_with("calls 0–"), "{calls:#?}");
    assert!(calls.last().is_some_and(|line| line.contains("–99 ")), "{calls:#?}");
}

#[test]
fn a_serial_run_is_a_staircase() {
    let made = Made::new("serial", 2).call(0, 0, 1_000_000).call(1, 1_000_000, 2_000_000).end(2_000_000, 0);
    let picture = text(&made.only(7, asleep("read"), 2_000_000, 0).lanes(), Size { columns: 60, rows: 30 });
    let expected = [
        "serial  2 calls, each answered after 1 s",
        "",
        "worker 7 ─────────────────────────────────────── read 100 %",
        "",
        "call 0   ░░░░░░░░░░░░░░░░░░░░                    1.0 s",
        "call 1                      ░░░░░░░░░░░░░░░░░░░░ 1.0 s",
        "         ┴──────────────────┴──────────────────┴",
        "         0 s                1 s              2 s",
        "─ asleep   ░ waiting",
        "",
        "one thread slept in read for 100 % of the time while 2",
        "calls waited one after the other, for 2.0 s",
    ];
    assert_eq!(picture, expected);
}

#[test]
fn all_runs_of_a_picture_have_one_time_axis() {
    let short = at_once("short", 2).only(7, asleep("epoll_wait"), 1_000_000, 0).lanes();
    let pictures = terminal(&[pool().lanes(), short], ROOMY);
    let begins = |picture: &[Line]| picture.iter().map(written).find(|line| line.trim().starts_with("0 s"));
    assert!(begins(&pictures[0]).is_some(), "{pictures:#?}");
    assert_eq!(begins(&pictures[0]), begins(&pictures[1]));
    let waiting = |picture: &[Line]| {
        let call = picture.iter().map(written).find(|line| line.starts_with("call 0 ")).expect("a call");
        call.chars().filter(|sign| *sign == '░').count()
    };
    assert_eq!(waiting(&pictures[0]), waiting(&pictures[1]));
}

#[test]
fn calls_that_are_folded_show_the_steps_in_which_they_were_made() {
    let picture = text(&pool().lanes(), Size { columns: 80, rows: 18 });
    let calls: Vec<_> = picture.iter().filter(|line| line.starts_with("calls ")).collect();
    let numbers: Vec<_> = calls.iter().map(|line| line.split("  ").next().unwrap_or_default()).collect();
    assert_eq!(numbers, ["calls 0–7", "calls 8–15", "calls 16–19"], "{picture:#?}");
    let begins = calls.iter().map(|line| line.find('░'));
    assert!(begins.is_sorted_by(|one, next| one < next), "{picture:#?}");
}

#[test]
fn calls_that_share_a_row_without_being_neighbours_are_counted() {
    let made = Made::new("mixed", 8).end(2_000_000, 0);
    let made = (0..8).fold(made, |made, call| {
        let from_us = call as u64 % 2 * 1_000_000;
        made.call(call, from_us, from_us + 1_000_000)
    });
    let picture = text(&made.lanes(), Size { columns: 80, rows: 0 });
    assert_eq!(picture.iter().filter(|line| line.starts_with("2 calls ")).count(), 4, "{picture:#?}");
}

#[test]
fn what_a_contestant_was_to_do_is_not_cut_off() {
    let mut made = at_once("verbose", 2);
    made.0.about.waits = Some("in epoll_wait, with an enum for each call".into());
    (made.0.about.work, made.0.about.jitter) = ("fib:30".into(), "normal:5".into());
    let expected = "verbose 2 calls, each answered after 1 s, jitter normal:5, with fib:30 of work for each, \
                    waits in epoll_wait, with an enum for each call";
    for columns in WIDTHS {
        let picture = text(&made.lanes(), Size { columns, ..ROOMY });
        let heading: Vec<_> = picture.iter().take_while(|line| !line.is_empty()).collect();
        let words: Vec<_> = heading.iter().flat_map(|line| line.split_whitespace()).collect();
        assert_eq!(words.join(" "), expected);
    }
}

#[test]
fn a_number_and_its_unit_stay_on_one_line() {
    let made = Made::new("serial", 2).call(0, 0, 1_000_000).call(1, 1_000_000, 2_000_000).end(2_000_000, 0);
    let lanes = made.only(7, asleep("recvfrom"), 2_000_000, 0).lanes();
    for columns in 40..120 {
        let picture = text(&lanes, Size { columns, ..ROOMY });
        let is_torn = |line: &String| ["s", "ms", "%"].contains(&line.split(' ').next().unwrap_or_default());
        assert!(!picture.iter().any(is_torn), "{picture:#?}");
    }
}

#[test]
fn threads_that_are_not_drawn_are_counted_below_those_that_are() {
    let mut made = at_once("many", 1).only(1, asleep("read"), 1_000_000, 0);
    made.0.end.as_mut().expect("an end").unwatched_threads = 37;
    let picture = text(&made.lanes(), ROOMY);
    assert!(picture[2].starts_with("worker 1 "), "{picture:#?}");
    assert_eq!(picture[3], "37 more threads are not drawn: they were not watched");
}

#[test]
fn states_differ_in_their_signs() {
    let said = [(Started, 0), (FirstByte, 600_000), (WorkBegins, 650_000), (WorkEnds, 900_000)];
    let made = Made::new("states", 2).call(0, 100_000, 400_000).said(0, 7, &said).end(1_000_000, 1);
    let made = made.call(1, 0, 2_000_000).thread(
        1,
        7,
        &[(ThreadState::Queued, 300_000, 0), (asleep("read"), 600_000, 0), (ThreadState::Runs, 1_000_000, 0)],
    );
    let mut timeline = made.0;
    timeline.connections.retain(|event| event.at_us < 2_000_000);
    let picture = text(&Lanes::of(&timeline), ROOMY).join("\n");
    for sign in
        ["· connecting", "░ waiting", "▒ receiving", "! answer lies ready", "█ computing", "✗ no answer"]
    {
        assert!(picture.contains(sign), "{sign}\n{picture}");
    }
    for sign in ["█ runs", "▄ waits for a core", "─ asleep"] {
        assert!(picture.contains(sign), "{sign}\n{picture}");
    }
    assert!(!picture.contains('▚'), "{picture}");
}

#[test]
fn a_thread_that_keeps_answers_waiting_is_marked_where_it_does() {
    let made = [(100_000, 500_000), (500_000, 510_000)].iter().enumerate().fold(
        Made::new("loop", 2).end(1_000_000, 0),
        |made, (call, (from_us, until_us))| {
            let said = [(FirstByte, *from_us), (WorkBegins, *from_us), (WorkEnds, *until_us)];
            made.call(call, 0, 100_000).said(call, 7, &said)
        },
    );
    let made = made.only(7, asleep("epoll_wait"), 1_000_000, 0);
    let lines = picture(&made.lanes(), ROOMY);
    let marks = lines.iter().flatten().filter(|piece| piece.paint == Paint::Blocks && piece.text != "▚");
    let [mark] = marks.collect::<Vec<_>>()[..] else { panic!("{lines:#?}") };
    let whole: usize = lines[2][1..lines[2].len() - 1].iter().map(|piece| piece.text.chars().count()).sum();
    let marked = mark.text.chars().count();
    assert!(marked.abs_diff(whole * 4 / 10) <= 1, "{marked} of {whole}");
}

#[test]
fn a_thread_that_sleeps_in_another_call_than_usual_shows_it() {
    let did = [(asleep("epoll_wait"), 750_000, 0), (asleep("nanosleep"), 1_000_000, 0)];
    let picture = text(&at_once("naps", 1).thread(1, 7, &did).end(1_000_000, 0).lanes(), ROOMY);
    let [usual, other] = ['─', '╌'].map(|sign| picture[2].chars().filter(|there| *there == sign).count());
    assert!(usual.abs_diff(3 * other) <= 3 && other > 10, "{picture:#?}");
    assert!(picture.concat().contains("╌ asleep in another call"), "{picture:#?}");
}

#[test]
fn what_was_not_seen_is_written_below() {
    let mut made = at_once("unseen", 2);
    made.0.end.as_mut().expect("an end").missing = vec!["12 threads were not watched".into()];
    assert!(text(&made.lanes(), ROOMY).contains(&"not seen: 12 threads were not watched".to_owned()));
}

#[test]
fn nothing_that_a_contestant_chose_reaches_the_terminal_as_a_command() {
    let mut made = at_once("bad\u{1b}[2J", 1).only(7, asleep("\u{7}"), 1_000_000, 0);
    made.0.threads[0].name = "\u{202e}name\n".into();
    let picture = text(&made.lanes(), ROOMY).concat();
    assert!(!picture.contains(|sign: char| sign.is_control() || sign == '\u{202e}'), "{picture:?}");
}

#[test]
fn a_run_of_which_nothing_was_seen_is_a_picture_too() {
    let lanes = Made::new("nothing", 3).lanes();
    for columns in [0, 1, 40] {
        assert!(text(&lanes, Size { columns, rows: 0 })[0].starts_with("nothing  3 calls"));
    }
}

fn picture(lanes: &Lanes, size: Size) -> Vec<Line> {
    let [picture] = <[_; 1]>::try_from(terminal(std::slice::from_ref(lanes), size)).expect("one picture");
    picture
}

fn text(lanes: &Lanes, size: Size) -> Vec<String> {
    picture(lanes, size).iter().map(written).collect()
}

fn written(line: &Line) -> String {
    let text = line.iter().map(|piece| piece.text.as_str()).collect::<String>();
    text.trim_end().to_owned()
}

fn columns_of(line: &Line) -> usize {
    line.iter().map(|piece| unicode_width::UnicodeWidthStr::width(piece.text.trim_end())).sum()
}
