//! Copies of the program on further loopback addresses, and what they print.
//!
//! *What to notice*: a child ends when its standard input closes, which the system does when the parent ends, however it
//! ends. What a child prints is passed on line by line for as long as it lives.

use super::{ServeArgs, say};
use std::{
    io::{self, BufRead, BufReader},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::{Child, ChildStdout, Command, Stdio},
    thread::JoinHandle,
};

/// A child that serves on another address.
pub(super) struct Copy {
    child: Child,
    passes_on: JoinHandle<()>,
}

/// Starts all of them; `command` is what a child is called with before the options.
pub(super) fn start(args: &ServeArgs, command: &[&str], first: SocketAddr) -> io::Result<Vec<Copy>> {
    (1..args.processes).map(|number| Copy::start(args, command, neighbour(first, number))).collect()
}

/// 127.0.0.2 is the first neighbour of 127.0.0.1.
fn neighbour(first: SocketAddr, number: u8) -> SocketAddr {
    let ip = match first.ip() {
        IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from_bits(u32::from(ip) + u32::from(number))),
        ip @ IpAddr::V6(_) => ip,
    };
    SocketAddr::new(ip, first.port())
}

impl Copy {
    fn start(args: &ServeArgs, command: &[&str], address: SocketAddr) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(command)
            .args(args.for_child(address))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let says = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut lines = BufReader::new(says).lines();
        match lines.next().transpose()? {
            Some(url) => say(&url),
            None => {
                return Err(io::Error::other(format!(
                    "the process for http://{address} ended: see its message"
                )));
            }
        }
        Ok(Self { child, passes_on: pass_on(lines) })
    }

    /// Asks for a line with its counts.
    pub(super) fn ask_for_counts(&self) {
        // A child that has ended has no counts to print.
        #[cfg(unix)]
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.child),
            rustix::process::Signal::USR1,
        );
    }

    /// Closes its standard input, and waits for its counts and its end.
    pub(super) fn end(mut self) -> io::Result<()> {
        drop(self.child.stdin.take());
        // A panic in it was printed where it happened.
        let _ = self.passes_on.join();
        self.child.wait().map(drop)
    }
}

fn pass_on(lines: io::Lines<BufReader<ChildStdout>>) -> JoinHandle<()> {
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| say(&line)))
}
