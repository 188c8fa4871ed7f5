//! What a wait reports: sockets that have become ready, each once, and none that is closed.

use std::io::{ErrorKind, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use downstream_mock::faults::Scene;
use downstream_mock::{Config, Mock};
use readiness::{Interest, Key, Poller, Socket};
use slotmap::{Key as _, SlotMap};

type Sockets = SlotMap<Key, Socket>;

/// A socket that is connected, and its peer.
fn connected(listener: &TcpListener) -> (Socket, TcpStream) {
    let socket = Socket::connect(listener.local_addr().expect("an address")).expect("a socket");
    (socket, listener.accept().expect("a connection").0)
}

fn listener() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0)).expect("a port")
}

/// Blocks until a socket is ready, or until it is certain that none will be.
fn wait(poller: &mut Poller) -> Vec<Key> {
    let until = Instant::now() + Duration::from_secs(10);
    let mut ready = Vec::new();
    while ready.is_empty() && Instant::now() < until {
        poller.wait(Some(until), &mut ready).expect("a wait");
    }
    ready
}

/// The keys that are ready now. A short wait is enough: on loopback, bytes that were sent have arrived.
fn ready_now(poller: &mut Poller) -> Vec<Key> {
    let mut ready = Vec::new();
    poller.wait(Some(Instant::now() + Duration::from_millis(5)), &mut ready).expect("a wait");
    ready
}

/// Receives one byte, so that all others that were sent with it have arrived as well.
fn receive_one(socket: &mut Socket) {
    loop {
        match socket.receive(&mut [0]) {
            Ok(count) => return assert_eq!(count, 1),
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    }
}

fn assert_blocks(result: std::io::Result<usize>) {
    assert_eq!(result.expect_err("it would block").kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_socket_that_was_ready_before_it_was_watched_is_reported() {
    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), Sockets::new());
    let (mut socket, mut peer) = connected(&listener());
    peer.write_all(b"hello").expect("sent");
    receive_one(&mut socket);
    let key = sockets.insert(socket);
    poller.watch(&mut sockets[key], key, Interest::Readable).expect("it is watched");
    assert_eq!(wait(&mut poller), [key]);
}

#[test]
fn a_socket_that_is_not_tried_until_it_blocks_is_not_reported_again() {
    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), Sockets::new());
    let (socket, mut peer) = connected(&listener());
    let key = sockets.insert(socket);
    poller.watch(&mut sockets[key], key, Interest::Readable).expect("it is watched");
    peer.write_all(b"hello").expect("sent");
    assert_eq!(wait(&mut poller), [key]);
    poller.watch(&mut sockets[key], key, Interest::Readable).expect("it is watched");
    assert_eq!(ready_now(&mut poller), []);

    let socket = &mut sockets[key];
    assert_eq!(socket.receive(&mut [0; 64]).expect("bytes"), 5);
    assert_blocks(socket.receive(&mut [0; 64]));
    peer.write_all(b"again").expect("sent");
    assert_eq!(wait(&mut poller), [key]);
}

#[test]
fn a_socket_that_waits_for_something_else_is_reported_for_that() {
    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), Sockets::new());
    let (socket, mut peer) = connected(&listener());
    let key = sockets.insert(socket);
    let socket = &mut sockets[key];
    poller.watch(socket, key, Interest::Writable).expect("it is watched");
    assert_eq!(wait(&mut poller), [key]);
    assert_eq!(socket.send(b"hello").expect("room"), 5);
    poller.watch(socket, key, Interest::Readable).expect("it is watched");
    assert_blocks(socket.receive(&mut [0; 64]));
    peer.write_all(b"hello").expect("sent");
    assert_eq!(wait(&mut poller), [key]);
    assert_eq!(socket.receive(&mut [0; 64]).expect("bytes"), 5);
}

#[test]
fn a_socket_that_waits_for_either_is_reported_for_both() {
    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), Sockets::new());
    let (socket, mut peer) = connected(&listener());
    let key = sockets.insert(socket);
    poller.watch(&mut sockets[key], key, Interest::Either).expect("it is watched");
    assert_eq!(wait(&mut poller), [key]);
    assert_blocks(sockets[key].receive(&mut [0; 64]));
    peer.write_all(b"hello").expect("sent");
    assert_eq!(wait(&mut poller), [key]);
}

#[test]
fn the_end_of_the_stream_is_something_to_receive() {
    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), Sockets::new());
    let (socket, peer) = connected(&listener());
    let key = sockets.insert(socket);
    poller.watch(&mut sockets[key], key, Interest::Readable).expect("it is watched");
    drop(peer);
    assert_eq!(wait(&mut poller), [key]);
    assert_eq!(sockets[key].receive(&mut [0; 64]).expect("the end"), 0);
}

#[test]
fn a_refused_connection_is_reported_and_sending_says_why() {
    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), Sockets::new());
    let mock = Mock::start(Config::default()).expect("a mock");
    let closed = mock.scene(&Scene::Refused).expect("a port");
    let refused = match Socket::connect(closed.address()) {
        Ok(socket) => {
            let key = sockets.insert(socket);
            poller.watch(&mut sockets[key], key, Interest::Writable).expect("it is watched");
            assert_eq!(wait(&mut poller), [key]);
            sockets[key].send(b"hello").expect_err("refused")
        }
        // Some systems report it at once.
        Err(error) => error,
    };
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn an_event_of_a_closed_socket_does_not_reach_the_one_that_has_its_slot() {
    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), Sockets::new());
    let listener = listener();
    let (socket, mut peer) = connected(&listener);
    let old = sockets.insert(socket);
    poller.watch(&mut sockets[old], old, Interest::Readable).expect("it is watched");
    peer.write_all(b"late").expect("sent");
    let ready = wait(&mut poller);

    // The batch is read and not handled yet: another event of it may close this socket and open the next one.
    sockets.remove(old);
    let (socket, _peer) = connected(&listener);
    let new = sockets.insert(socket);
    assert_eq!(slot(old), slot(new), "the slot is used again");
    assert_eq!(ready, [old]);
    assert!(sockets.get(ready[0]).is_none(), "the event found the new socket");
}

#[test]
fn an_event_of_a_closed_socket_does_not_reach_the_one_that_has_its_descriptor() {
    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), Sockets::new());
    let listener = listener();
    let (socket, mut late_peer) = connected(&listener);
    let old = sockets.insert(socket);
    poller.watch(&mut sockets[old], old, Interest::Readable).expect("it is watched");
    late_peer.write_all(b"late").expect("sent");

    // Closed before its event is read. The system gives the lowest free descriptor to the next socket.
    sockets.remove(old);
    let (socket, mut peer) = connected(&listener);
    let new = sockets.insert(socket);
    poller.watch(&mut sockets[new], new, Interest::Readable).expect("it is watched");
    assert_eq!(ready_now(&mut poller), []);
    peer.write_all(b"hello").expect("sent");
    assert_eq!(wait(&mut poller), [new]);
}

/// The part of a key that is not its version.
fn slot(key: Key) -> u32 {
    key.data().as_ffi() as u32
}

#[test]
#[cfg(unix)]
fn a_descriptor_is_reported_until_it_is_forgotten() {
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    let (mut poller, mut sockets) = (Poller::new().expect("a poller"), SlotMap::<Key, UnixStream>::new());
    let (ours, mut theirs) = UnixStream::pair().expect("a pair");
    let key = sockets.insert(ours);
    poller.watch_descriptor(sockets[key].as_fd(), key, Interest::Readable).expect("it is watched");
    theirs.write_all(b"a").expect("sent");
    assert_eq!(wait(&mut poller), [key]);
    poller.forget_descriptor(sockets[key].as_fd()).expect("it was watched");
    theirs.write_all(b"b").expect("sent");
    assert_eq!(ready_now(&mut poller), []);
    let error = poller.forget_descriptor(sockets[key].as_fd()).expect_err("it was watched");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_on_a_disk_cannot_be_watched() {
    use std::os::fd::AsFd;

    let poller = Poller::new().expect("a poller");
    let file = std::fs::File::open(std::env::current_exe().expect("this program")).expect("a file");
    let key = SlotMap::<Key, ()>::new().insert(());
    let error = poller.watch_descriptor(file.as_fd(), key, Interest::Readable).expect_err("a file");
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
}
