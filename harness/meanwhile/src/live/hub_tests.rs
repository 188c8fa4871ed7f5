//! Browsers that come late, go away, or do not keep up.

use timeline::page::{Page, Run};
use timeline::{About, Lanes, Timeline};

use super::{Hub, MOST_BROWSERS, QUEUE};

#[test]
fn a_browser_that_comes_late_gets_everything_so_far() {
    let hub = Hub::new(Page::default());
    hub.run(0, 0, &run("serial"));
    hub.run(0, 1, &run("epoll"));
    hub.run(0, 1, &run("epoll, later"));
    let (so_far, _later) = hub.join().expect("room");
    let names: Vec<_> = so_far.iter().map(|message| (message.name, message.data.contains("later"))).collect();
    assert_eq!(names, [("run", false), ("run", true)], "the last picture of each run");
}

#[test]
fn a_slow_browser_is_dropped_and_others_go_on() {
    let hub = Hub::new(Page::default());
    let (_, mut slow) = hub.join().expect("room");
    let (_, mut quick) = hub.join().expect("room");
    for round in 0..=QUEUE {
        hub.run(0, round, &run("serial"));
        assert!(quick.try_recv().is_ok(), "message {round}");
    }
    let received = std::iter::from_fn(|| slow.blocking_recv()).count();
    assert_eq!(received, QUEUE, "then the queue ends, and with it the connection");
    assert!(hub.is_watched(), "the quick one");
}

#[test]
fn a_browser_that_goes_away_is_forgotten() {
    let hub = Hub::new(Page::default());
    let joined = hub.join();
    assert!(hub.is_watched());
    drop(joined);
    assert!(!hub.is_watched());
}

#[test]
fn after_the_last_page_every_queue_ends() {
    let hub = Hub::new(Page::default());
    let (_, mut before) = hub.join().expect("room");
    hub.over(&Page::default());
    assert_eq!(before.blocking_recv().map(|message| message.name), Some("over"));
    assert_eq!(before.blocking_recv(), None);
    let (so_far, mut after) = hub.join().expect("room");
    assert_eq!(so_far.last().map(|message| message.name), Some("over"));
    assert_eq!(after.blocking_recv(), None);
}

#[test]
fn there_is_room_for_so_many_browsers_and_no_more() {
    let hub = Hub::new(Page::default());
    let joined: Vec<_> = (0..MOST_BROWSERS).map_while(|_| hub.join()).collect();
    assert_eq!(joined.len(), MOST_BROWSERS);
    assert!(hub.join().is_none());
    drop(joined);
    assert!(hub.join().is_some());
}

fn run(contestant: &str) -> Run {
    let about = About { contestant: contestant.into(), ..About::default() };
    Run::of(&Lanes::of(&Timeline::new(about)))
}
