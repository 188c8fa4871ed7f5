//! Threads and descriptors, before and after. Alone in its file: it counts those of the whole process.
#![cfg(all(target_os = "linux", not(any(loom, shuttle))))]

use std::fs;
use std::time::Duration;

use downstream_call::{Call, Model, Run};
use downstream_mock::{Config, Mock};
use mini_runtime::{MiniRuntime, Runtime, run_in_executor};

fn entries(folder: &str) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}

fn threads_and_descriptors() -> (usize, usize) {
    (entries("/proc/self/task"), entries("/proc/self/fd"))
}

#[test]
fn runs_leave_threads_and_descriptors_as_they_were() {
    let latency = Duration::from_millis(20);
    let mock = Mock::start(Config { latency, ..Config::default() }).expect("a mock");
    let call = Call::get(&format!("{}/get_resource", mock.url()), Duration::from_secs(5)).expect("a call");
    let before = threads_and_descriptors();

    let mut model = MiniRuntime::new().expect("a model");
    let made = threads_and_descriptors();
    model.fan_out(&Run::default(), &vec![call.clone(); 20]).expect("machinery");
    let late = Call { timeout: latency / 4, ..call };
    model.fan_out(&Run::default(), &vec![late; 20]).expect("machinery");
    assert!(mock.wait_for(Duration::from_secs(5), |stats| stats.open_connections == 0));
    assert_eq!(threads_and_descriptors(), made);

    drop(model);
    assert_eq!(threads_and_descriptors(), before);

    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(async { run_in_executor(|| ()).await }).expect("a poller").expect("no panic");
    assert!(threads_and_descriptors().0 > before.0);
    drop(runtime);
    assert_eq!(threads_and_descriptors(), before);
}
