//! Names with addresses where no server listens, or where connecting never ends.

use std::time::Duration;

use downstream_call::Call;
use downstream_mock::faults::{FaultServer, Scene};
use downstream_mock::{Config, Mock};

use super::{SILENCE, first_that_accepts};

const TIMEOUT: Duration = Duration::from_secs(20);

fn mock() -> Mock {
    Mock::start(Config::default()).expect("a mock")
}

fn scene(mock: &Mock, scene: &Scene) -> FaultServer {
    mock.scene(scene).expect("a port")
}

fn call(url: &str) -> Call {
    Call::get(url, TIMEOUT).expect("a call")
}

#[test]
fn the_only_address_is_not_tried_and_its_call_keeps_the_whole_timeout() {
    let only = call(&mock().url());
    assert_eq!(first_that_accepts(vec![only.clone()]).unwrap(), only);
}

#[test]
fn an_address_that_refuses_gives_way_at_once() {
    let mock = mock();
    let closed = scene(&mock, &Scene::Refused);
    let found = first_that_accepts(vec![call(&closed.url()), call(&mock.url())]).unwrap();
    assert_eq!(found.address, mock.address());
    assert!(found.timeout < TIMEOUT);
}

#[test]
fn where_all_refuse_the_first_one_is_called() {
    let mock = mock();
    let closed = [scene(&mock, &Scene::Refused), scene(&mock, &Scene::Refused)];
    let found = first_that_accepts(closed.iter().map(|port| call(&port.url())).collect()).unwrap();
    assert_eq!(found.address, closed[0].address());
}

#[cfg(target_os = "linux")]
#[test]
fn an_address_that_never_answers_gives_way_after_a_moment_which_is_taken_from_the_timeout() {
    let mock = mock();
    let silent = [scene(&mock, &Scene::BacklogFull), scene(&mock, &Scene::BacklogFull)];
    let [first, second] = silent.each_ref().map(|port| call(&port.url()));
    let found = first_that_accepts(vec![first, second, call(&mock.url())]).unwrap();
    assert_eq!(found.address, mock.address());
    assert!(found.timeout <= TIMEOUT - 2 * SILENCE, "{found:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn where_none_answers_no_time_is_left_for_the_call() {
    let mock = mock();
    let silent = [scene(&mock, &Scene::BacklogFull), scene(&mock, &Scene::BacklogFull)];
    let short = |port: &FaultServer| Call { timeout: 2 * SILENCE, ..call(&port.url()) };
    let found = first_that_accepts(silent.iter().map(short).collect()).unwrap();
    assert_eq!((found.address, found.timeout), (silent[0].address(), Duration::ZERO));
}
