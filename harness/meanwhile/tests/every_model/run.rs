//! `meanwhile run` speaks the contestant protocol.

use downstream_mock::faults::Scene;
use meanwhile::models::Entry;

use crate::support::{meanwhile, mock};

pub(crate) fn own_answers_in_order(model: &Entry) {
    let mock = mock();
    let url = format!("{}/echo/{{call}}", mock.url());
    let ran = meanwhile(&["run", model.name, "--url", &url, "--calls=3"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("0 200 0\n1 200 1\n2 200 2\n", ""));
    assert_eq!(ran.code, Some(0));
}

pub(crate) fn a_closed_port_is_refused(model: &Entry) {
    let mock = mock();
    let closed = mock.scene(&Scene::Refused).expect("a port without a listener");
    let ran = meanwhile(&["run", model.name, "--url", &closed.url(), "--calls=2"]);
    assert_eq!(ran.stdout, "0 - connect-refused\n1 - connect-refused\n");
    assert!(ran.stderr.ends_with("start a downstream with meanwhile serve\n"), "{}", ran.stderr);
    assert_eq!((ran.stderr.lines().count(), ran.code), (1, Some(1)));
}

pub(crate) fn a_diamond_prints_its_last_answer(model: &Entry) {
    let mock = mock();
    let url = format!("{}/diamond", mock.url());
    let ran = meanwhile(&["run", model.name, "--url", &url, "--diamond"]);
    assert_eq!(ran.stdout, format!("0 200 {}\n", downstream_mock::DIAMOND_COMPLETE));
    assert_eq!(mock.stats().requests, 5);
}
