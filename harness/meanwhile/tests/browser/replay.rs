//! Replaying a run: by its controls, and by keys alone.

use crate::Test;
use crate::made::{loop_of, page, serial};
use crate::tab::{DOWN, LEFT, RIGHT, Tab};

pub(crate) const TESTS: &[Test] = &[
    ("space_plays_and_pauses", space_plays_and_pauses),
    ("a_replay_ends_at_the_end_by_itself", ends_by_itself),
    ("arrows_step_from_event_to_event", arrows_step),
    ("what_a_lane_does_at_the_moment_is_said", census_follows),
    ("zooming_in_shows_less_time_and_0_shows_all", zooms),
    ("arrows_move_between_lanes_and_focus_says_what_they_show", arrows_move_between_lanes),
    ("pointing_at_a_lane_says_what_it_did_then", pointing_at_a_lane),
];

const NOW: &str = "Number(document.querySelector('input[type=range]').value)";
const DETAILS: &str = "document.querySelector('.details').textContent";

fn space_plays_and_pauses(tab: &Tab) {
    tab.show(&page(&[serial(20)]));
    assert!(tab.number(NOW) > 20_000_000.0, "a page opens with its end in sight");
    tab.press(' ');
    tab.wait_for(&format!("{NOW} > 100000 && {NOW} < 20000000"));
    tab.press(' ');
    let paused = tab.number(NOW);
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(tab.number(NOW), paused);
    assert!(tab.text("document.querySelector('.play').textContent").contains("Play"));
}

fn ends_by_itself(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 3)]));
    tab.run("const speed = document.querySelector('select'); speed.value = '4'; speed.dispatchEvent(new Event('change'))");
    tab.run("document.querySelector('.play').click()");
    tab.wait_for(&format!(
        "document.querySelector('.play').textContent.includes('Play') && {NOW} === 1200000"
    ));
}

fn arrows_step(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 2)]));
    let last = "1.003 s: epoll, call 1: over";
    tab.press(LEFT);
    assert_eq!((tab.number(NOW), tab.text(DETAILS).as_str()), (1_002_710.0, last));
    tab.press(LEFT);
    assert_eq!(tab.number(NOW), 1_002_700.0);
    tab.press(RIGHT);
    tab.press(RIGHT);
    assert_eq!((tab.number(NOW), tab.text(DETAILS).as_str()), (1_002_710.0, "no event is later"));
}

fn census_follows(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 4)]));
    let at = |moment: u32| {
        tab.run(&format!("const slider = document.querySelector('input[type=range]'); slider.value = {moment}; slider.dispatchEvent(new Event('input'))"));
        tab.text("document.querySelector('.census').textContent")
    };
    assert_eq!(at(500_000), "500 ms · calls: 4 waiting, 0 over · thread: 1 asleep in epoll_wait");
    assert_eq!(at(1_002_715), "1.003 s · calls: 2 receiving, 2 over · thread: 1 asleep in epoll_wait");
}

fn zooms(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 4)]));
    let labels = "[...document.querySelectorAll('.axis text')].map(text => text.textContent).join(' ')";
    let all = tab.text(labels);
    for _ in 0..4 {
        tab.press('+');
    }
    let zoomed = tab.text(labels);
    assert!(all.starts_with('0') && !zoomed.starts_with('0'), "{all}, then {zoomed}");
    tab.press('0');
    assert_eq!(tab.text(labels), all);
}

fn arrows_move_between_lanes(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 4)]));
    tab.run("document.querySelector('[aria-label^=\"calls of\"] [tabindex=\"0\"]').focus()");
    assert!(tab.text(DETAILS).starts_with("call 0: "), "{}", tab.text(DETAILS));
    tab.press(DOWN);
    assert!(tab.text(DETAILS).starts_with("call 1: "), "{}", tab.text(DETAILS));
    let stops = "document.querySelectorAll('[aria-label^=\"calls of\"] [tabindex=\"0\"]').length";
    assert_eq!(tab.number(stops), 1.0, "one stop of the tab key for each tree");
}

fn pointing_at_a_lane(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 4)]));
    tab.run(
        "const lane = document.querySelectorAll('[aria-label^=\"calls of\"] .drawing')[2];
         const { left, width, top } = lane.getBoundingClientRect();
         const place = { bubbles: true, clientX: left + width / 2, clientY: top + 3 };
         lane.dispatchEvent(new PointerEvent('pointermove', place));",
    );
    assert!(
        tab.text(DETAILS).starts_with("epoll, call 2, at 600 ms: waiting, from 2.5 ms to 1.003 s"),
        "{}",
        tab.text(DETAILS)
    );
}
