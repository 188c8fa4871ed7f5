//! Direct descriptors take no place in the process's table. It is the only test in its program, because it lowers the
//! limit of the process.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use completion_ring::CompletionRing;
use downstream_call::{Call, Failure, Model, Run};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Fewer than fit into a listener's queue.
const CALLS: usize = 120;
const LIMIT: u64 = 40;

/// Starts this program again as a server with enough descriptors. It answers when all calls are connected.
fn server() -> (Child, String) {
    let mut server = Command::new(std::env::current_exe().expect("this program"));
    server.args(["--exact", "more_calls_than_descriptors_wait_at_the_same_time", "--nocapture"]);
    server.env("SERVER", "1").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut server = server.spawn().expect("a process");
    let mut address = [0; 21];
    server.stderr.as_mut().expect("piped").read_exact(&mut address).expect("an address");
    (server, String::from_utf8_lossy(&address).trim().to_owned())
}

fn serve() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    eprint!("{:21}", listener.local_addr().expect("an address").to_string());
    let mut streams: Vec<_> = listener.incoming().take(CALLS).map(|stream| stream.expect("a call")).collect();
    for stream in &mut streams {
        let mut request = [0; 1024];
        let length = stream.read(&mut request).expect("a request");
        assert!(request[..length].ends_with(b"\r\n\r\n"));
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").expect("an answer");
    }
}

#[test]
fn more_calls_than_descriptors_wait_at_the_same_time() {
    if std::env::var_os("SERVER").is_some() {
        return serve();
    }
    if CompletionRing::new().inspect_err(|error| eprintln!("skipped: {error}")).is_err() {
        return;
    }
    let (mut server, address) = server();
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(LIMIT), maximum }).expect("a lower limit");
    let call = Call::get(&format!("http://{address}/"), Duration::from_secs(10)).expect("a call");
    let mut model = CompletionRing::new().expect("a model");
    let calls = vec![call; CALLS];
    // Where no descriptor is left for more rings, that is a failure of their calls and not of the model.
    let taken: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    let outcomes = model.fan_out(&Run::default(), &calls).expect("a run");
    let none_left = Err(Failure::System(Errno::MFILE.raw_os_error()));
    assert_eq!(outcomes, vec![none_left; CALLS]);
    drop(taken);
    for outcome in model.fan_out(&Run::default(), &calls).expect("a run") {
        assert_eq!(outcome.expect("a reply").body, b"hi");
    }
    assert!(server.wait().expect("an end").success());
}
