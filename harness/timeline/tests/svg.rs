//! The picture is well-formed, shows each run, can be read by every reader, and stays small.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node};
use timeline::{
    About, ConnectionEvent, End, Event, Lanes, Milestone, MilestoneEvent, Stretch, Thread, ThreadState,
    Timeline, svg,
};

/// The least contrast of text, and of shapes, with what is behind them (WCAG 2.2, 1.4.3 and 1.4.11).
const TEXT: f64 = 4.5;
const SHAPE: f64 = 3.0;

#[test]
fn each_run_has_its_name_its_time_and_a_row_for_each_call() {
    let text = svg(&[run("serial", 4), run("epoll", 7)]);
    let picture = Document::parse(&text).expect("well-formed");
    let runs: Vec<_> = of_class(&picture, "run").collect();
    assert_eq!(runs.len(), 2);
    for (run, (name, calls)) in runs.iter().zip([("serial", 4), ("epoll", 7)]) {
        let texts: Vec<_> = run.descendants().filter_map(|node| Some(node.text()?.trim())).collect();
        for said in [name, "1.00 s", "1 thread", &format!("{calls} calls")] {
            assert!(texts.contains(&said), "{said} is not among {texts:?}");
        }
        let waiting = run.descendants().filter(|node| node.attribute("class") == Some("waiting"));
        assert_eq!(waiting.count(), calls, "{name}");
    }
}

#[test]
fn what_was_not_seen_is_said_and_the_rest_is_drawn() {
    let mut timeline = timeline("python", 2);
    (timeline.threads, timeline.stretches, timeline.milestones) = Default::default();
    timeline.end.as_mut().expect("an end").missing =
        vec!["the threads, which this system does not show".into()];
    let text = svg(&[Lanes::of(&timeline)]);
    let picture = Document::parse(&text).expect("well-formed");
    assert_eq!(
        of_class(&picture, "threads").flat_map(|threads| threads.children()).filter(Node::is_element).count(),
        0
    );
    assert!(said(&picture).contains("not seen: the threads, which this system does not show"));
    assert_eq!(of_class(&picture, "waiting").filter(|node| node.has_tag_name("path")).count(), 2);
}

#[test]
fn a_call_without_an_answer_is_crossed_out() {
    let mut timeline = timeline("late", 3);
    let unanswered = |event: &ConnectionEvent| event.call == Some(1) && event.event == Event::AnswerEnded;
    timeline.connections.retain(|event| !unanswered(event));
    let text = svg(&[Lanes::of(&timeline)]);
    let picture = Document::parse(&text).expect("well-formed");
    assert_eq!(of_class(&picture, "cross").count(), 1);
}

#[test]
fn foreign_text_is_text() {
    let hostile =
        "</text><script>alert('1')</script>]]>&amp;\"\u{0}\u{1b}[2J\u{202e}\u{ffff}\n<svg onload=x>";
    let mut timeline = timeline(hostile, 2);
    timeline.about.waits = Some(hostile.into());
    timeline.about.work = hostile.into();
    timeline.threads[0].name = hostile.into();
    timeline.stretches[1].state = ThreadState::AsleepIn(hostile.into());
    let end = timeline.end.as_mut().expect("an end");
    (end.fault, end.missing) = (Some(hostile.into()), vec![hostile.into()]);
    let text = svg(&[Lanes::of(&timeline)]);
    let picture = Document::parse(&text).expect("well-formed");
    let names: BTreeSet<_> = picture.descendants().map(|node| node.tag_name().name()).collect();
    assert!(!names.contains("script"), "{names:?}");
    let attributes = picture.descendants().flat_map(|node| node.attributes());
    assert!(attributes.into_iter().all(|attribute| !attribute.name().starts_with("on")));
    assert!(
        said(&picture).contains("</text><script>alert('1')</script>]]>&amp;\"\u{fffd}\u{fffd}[2J\u{fffd}")
    );
}

#[test]
fn nothing_is_fetched_and_nothing_is_executed() {
    let text = svg(&[run("serial", 4)]);
    for asks in ["href", "@import", "<script", "<foreignObject", "http:", "https:"] {
        let text = text.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!text.contains(asks), "{asks}");
    }
    assert!(text.split("url(").skip(1).all(|address| address.starts_with('#')));
}

/// Wherever the line ends.
#[test]
fn a_number_and_its_unit_stay_on_one_line() {
    for letters in 60..110 {
        let mut timeline = timeline("late", 1);
        let missing = format!("{} 8.0 s and more", "a".repeat(letters));
        timeline.end.as_mut().expect("an end").missing = vec![missing];
        let text = svg(&[Lanes::of(&timeline)]);
        let picture = Document::parse(&text).expect("well-formed");
        assert!(said(&picture).contains("8.0 s"), "{letters} letters: {}", said(&picture));
    }
}

#[test]
fn a_screen_reader_says_what_is_seen() {
    let text = svg(&[run("serial", 4)]);
    let picture = Document::parse(&text).expect("well-formed");
    let root = picture.root_element();
    assert_eq!(
        (root.attribute("role"), root.attribute("aria-labelledby")),
        (Some("img"), Some("title description"))
    );
    let described = |id: &str| {
        let node = root.children().find(|node| node.attribute("id") == Some(id)).expect("described");
        node.text().unwrap_or_default().trim().to_owned()
    };
    assert!(described("title").contains("serial"));
    assert!(
        described("description").starts_with("serial: one thread slept in recvfrom"),
        "{}",
        described("description")
    );
}

#[test]
fn everything_can_be_told_from_the_paper_in_light_and_in_dark() {
    let text = svg(&[run("serial", 4)]);
    let (light, dark) = text.split_once("@media (prefers-color-scheme: dark)").expect("two palettes");
    for (scheme, css) in [("light", light), ("dark", dark)] {
        let colours = colours(css);
        let paper = colours["paper"];
        for (name, least) in [("ink", TEXT), ("muted", TEXT)]
            .into_iter()
            .chain(["processor", "wait", "receive", "late", "grey"].map(|name| (name, SHAPE)))
        {
            let contrast = contrast(colours[name], paper);
            assert!(contrast >= least, "{name} on {scheme} paper: {contrast:.2}");
        }
        let stripes = contrast(colours["wait"], colours["tint"]);
        assert!(stripes >= SHAPE, "the stripes of waiting, {scheme}: {stripes:.2}");
    }
}

/// Without colour, a pattern is its shapes and how they are turned.
#[test]
fn states_are_told_apart_without_colour() {
    let text = svg(&[run("serial", 4)]);
    let picture = Document::parse(&text).expect("well-formed");
    let shapes = |node: Node<'_, '_>| {
        let plain = |node: Node<'_, '_>| {
            let attributes =
                node.attributes().filter(|attribute| !["class", "id"].contains(&attribute.name()));
            let attributes: Vec<_> = attributes.map(|a| format!("{}={}", a.name(), a.value())).collect();
            format!("{} {}", node.tag_name().name(), attributes.join(" "))
        };
        node.descendants().filter(Node::is_element).map(plain).collect::<Vec<_>>().join("; ")
    };
    let patterns: Vec<_> = picture.descendants().filter(|node| node.has_tag_name("pattern")).collect();
    let different: BTreeSet<_> = patterns.iter().map(|pattern| shapes(*pattern)).collect();
    assert_eq!((patterns.len(), different.len()), (4, 4), "{different:#?}");
    for state in ["waiting", "receiving", "ready", "queued"] {
        assert!(text.contains(&format!(".{state} {{ fill: url(#{state})")), "{state} has no pattern");
    }
}

#[test]
fn type_is_large_enough_for_half_a_slide() {
    let text = svg(&[run("serial", 4)]);
    let sizes: Vec<f64> = text
        .match_indices("px")
        .filter_map(|(end, _)| text[..end].rsplit([' ', ':']).next()?.parse().ok())
        .collect();
    assert!(!sizes.is_empty() && sizes.iter().all(|size| *size >= 15.0), "{sizes:?}");
}

/// Each call does something else at each moment, so that no two columns are alike.
#[test]
fn ten_thousand_calls_stay_small() {
    let mut many = timeline("many", 10_000);
    let mut random = 1_u64;
    for event in &mut many.connections {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        event.at_us = event.at_us.min(1) + (random >> 33) % 1_000_000;
    }
    many.threads = (0..64).map(|thread| Thread { process: 1, thread, name: "worker".into() }).collect();
    many.stretches =
        (0..64).flat_map(|thread| (0..250).map(move |number| switching(thread, number))).collect();
    let text = svg(&[Lanes::of(&many)]);
    assert!(Document::parse(&text).is_ok());
    assert!(text.len() < 300_000, "{} bytes", text.len());
}

#[test]
fn no_run_and_an_empty_run_are_pictures_too() {
    for runs in [vec![], vec![Lanes::of(&Timeline::default())]] {
        assert!(Document::parse(&svg(&runs)).is_ok());
    }
}

fn switching(thread: u32, number: u64) -> Stretch {
    let state = match (u64::from(thread) + number) % 3 {
        0 => ThreadState::Runs,
        1 => ThreadState::Queued,
        _ => ThreadState::AsleepIn("futex".into()),
    };
    Stretch { thread, from_us: number * 4_000, until_us: (number + 1) * 4_000, state, cpu_us: 0 }
}

fn of_class<'text>(
    picture: &'text Document<'text>,
    class: &'static str,
) -> impl Iterator<Item = Node<'text, 'text>> {
    picture.descendants().filter(move |node| node.attribute("class") == Some(class))
}

/// All text of a picture.
fn said(picture: &Document<'_>) -> String {
    let texts = picture.descendants().filter(|node| node.has_tag_name("text"));
    texts.filter_map(|node| node.text()).collect::<Vec<_>>().join("\n")
}

/// The colours that a style gives to its properties, each part from 0 to 1.
fn colours(css: &str) -> BTreeMap<&str, [f64; 3]> {
    let mut colours = BTreeMap::new();
    for property in css.split("--").skip(1) {
        let Some((name, value)) = property.split_once(": #") else { continue };
        let part = |from: usize| {
            let digits = value.get(from..from + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            f64::from(digits.expect("a colour in six digits")) / 255.0
        };
        colours.insert(name, [part(0), part(2), part(4)]);
    }
    colours
}

/// The contrast of two colours, as WCAG 2.2 defines it.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: [f64; 3]) -> f64 {
    let linear = |part: f64| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn run(name: &str, calls: usize) -> Lanes {
    Lanes::of(&timeline(name, calls))
}

/// Calls that wait together for a second, and one thread that sleeps meanwhile.
fn timeline(contestant: &str, calls: usize) -> Timeline {
    let about =
        About { contestant: contestant.into(), calls, latency_ms: 1_000, round: 1, ..About::default() };
    let mut timeline = Timeline::new(about);
    for call in 0..calls {
        let events =
            [(Event::HeadComplete, 2_000), (Event::AnswerBegun, 1_002_000), (Event::AnswerEnded, 1_002_000)];
        let (connection, known) = (call as u64, Some(call));
        let event = |(event, at_us)| ConnectionEvent { connection, call: known, event, at_us };
        timeline.connections.extend(events.map(event));
        let milestones = [
            (Milestone::Started, 1_000),
            (Milestone::FirstByte, 1_003_000),
            (Milestone::Finished, 1_004_000),
        ];
        let milestone = |(milestone, at_us)| MilestoneEvent { call, milestone, at_us, thread: 7 };
        timeline.milestones.extend(milestones.map(milestone));
    }
    timeline.threads = vec![Thread { process: 7, thread: 7, name: "loop".into() }];
    let stretch = |from_us, until_us, state| Stretch { thread: 7, from_us, until_us, state, cpu_us: 0 };
    timeline.stretches = vec![
        stretch(0, 2_000, ThreadState::Runs),
        stretch(2_000, 1_002_000, ThreadState::AsleepIn("recvfrom".into())),
    ];
    timeline.end = Some(End { at_us: 1_005_000, ok: calls, ..End::default() });
    timeline
}
