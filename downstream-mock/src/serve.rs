//! The mock as a program: its options, its start and end, and its copies on further loopback addresses.
//!
//! *How it waits*: the first thread sleeps until Ctrl-C, SIGTERM, or the end of the parent.
//!
//! *What to notice*: a process may hold a limited number of descriptors, and one address may open a limited number of
//! connections to one port. More processes on 127.0.0.2, .3, … get around both limits. A child watches its standard
//! input, which closes when the parent ends, however it ends.

use crate::{Config, Jitter, Mock, Stats, limits::is_ephemeral, raise_descriptor_limit};
use clap::Args;
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// The options of `downstream-mock` and of `meanwhile serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub address: SocketAddr,
    /// How long an answer takes, in milliseconds
    #[arg(long, default_value_t = 1000, value_name = "MS")]
    pub latency_ms: u64,
    /// How latencies differ: none, uniform:MS, normal:MS or long-tail:MS:SHAPE
    #[arg(long, default_value = "none", value_name = "JITTER")]
    pub jitter: Jitter,
    /// The seed of jitter and tokens
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// How many processes, on 127.0.0.1, 127.0.0.2, … with the same port
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=250))]
    pub processes: u8,
    /// Listen on an address that others can reach
    #[arg(long)]
    pub allow_non_loopback: bool,
    /// End when standard input closes: how a parent ends its children
    #[arg(long, hide = true)]
    pub until_stdin_closes: bool,
}

/// Serves until Ctrl-C or SIGTERM: a line with the URL of each process at the start, a line with its counts at the end.
///
/// `command` is what a child is called with before the options: nothing for a program that only serves, and `["serve"]`
/// for one with that subcommand.
///
/// # Errors
/// When an address can't be listened on, a child doesn't start, or the program already handles Ctrl-C.
pub fn serve(args: &ServeArgs, command: &[&str]) -> io::Result<()> {
    raise_descriptor_limit()?;
    warn_of_ephemeral_port(args.address.port());
    let mock = Mock::start(args.config())?;
    // The handler is set before the first line, since a program that reads that line may send a signal.
    let end = listen_for_the_end(args.until_stdin_closes)?;
    say(&mock.url());
    let children = start_children(args, command, mock.address())?;
    // The handler holds a sender for as long as the program runs.
    end.recv().map_err(io::Error::other)?;
    for child in children {
        child.end()?;
    }
    let url = mock.url();
    say(&summary(&url, &mock.stop()));
    Ok(())
}

impl ServeArgs {
    /// The mock that these options ask for.
    pub fn config(&self) -> Config {
        Config {
            address: self.address,
            latency: Duration::from_millis(self.latency_ms),
            jitter: self.jitter,
            seed: self.seed,
            allow_non_loopback: self.allow_non_loopback,
            ..Config::default()
        }
    }

    /// The same options for a child on another address.
    fn for_child(&self, address: SocketAddr) -> Vec<String> {
        let mut words = vec![
            format!("--address={address}"),
            format!("--latency-ms={}", self.latency_ms),
            format!("--jitter={}", self.jitter),
            format!("--seed={}", self.seed),
            "--until-stdin-closes".into(),
        ];
        words.extend(self.allow_non_loopback.then(|| "--allow-non-loopback".into()));
        words
    }
}

fn warn_of_ephemeral_port(port: u16) {
    if port != 0 && is_ephemeral(port) == Some(true) {
        eprintln!(
            "port {port} is one the system gives to clients, so listening on it can fail by chance: \
             choose one outside of net.ipv4.ip_local_port_range, such as 8080"
        );
    }
}

fn start_children(args: &ServeArgs, command: &[&str], first: SocketAddr) -> io::Result<Vec<Process>> {
    (1..args.processes).map(|number| Process::start(args, command, neighbour(first, number)?)).collect()
}

/// 127.0.0.2 is the first neighbour of 127.0.0.1.
fn neighbour(first: SocketAddr, number: u8) -> io::Result<SocketAddr> {
    match first.ip() {
        IpAddr::V4(ip) if ip.is_loopback() => {
            let ip = Ipv4Addr::from_bits(u32::from(ip) + u32::from(number));
            Ok(SocketAddr::from((ip, first.port())))
        }
        ip => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "several processes need an address each, and {ip} has no neighbours: listen on 127.0.0.1"
            ),
        )),
    }
}

/// A child that serves on another address.
struct Process {
    child: Child,
    says: BufReader<ChildStdout>,
    url: String,
}

impl Process {
    fn start(args: &ServeArgs, command: &[&str], address: SocketAddr) -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(command)
            .args(args.for_child(address))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let says = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut process = Self { child, says: BufReader::new(says), url: format!("http://{address}") };
        process.pass_on_line()?;
        Ok(process)
    }

    /// Closes its standard input, and waits for its counts and its end.
    fn end(mut self) -> io::Result<()> {
        drop(self.child.stdin.take());
        self.pass_on_line()?;
        self.child.wait().map(drop)
    }

    fn pass_on_line(&mut self) -> io::Result<()> {
        let mut line = String::new();
        match self.says.read_line(&mut line)? {
            0 => Err(io::Error::other(format!("the process for {} ended: see its message", self.url))),
            _ => {
                say(line.trim_end());
                Ok(())
            }
        }
    }
}

/// Receives a message at Ctrl-C, at SIGTERM, or when standard input closes.
fn listen_for_the_end(until_stdin_closes: bool) -> io::Result<Receiver<()>> {
    let (end, ended) = channel();
    let stdin_closed = end.clone();
    // If the receiver is gone, the program is already ending.
    ctrlc::set_handler(move || end.send(()).unwrap_or_default()).map_err(io::Error::other)?;
    if until_stdin_closes {
        std::thread::spawn(move || {
            let _ = io::stdin().read_to_end(&mut Vec::new());
            stdin_closed.send(()).unwrap_or_default();
        });
    }
    Ok(ended)
}

fn summary(url: &str, stats: &Stats) -> String {
    let Stats { requests, answered, aborted, peak_in_flight, peak_open_connections, .. } = stats;
    format!(
        "{url}: {requests} requests, {answered} answered, {aborted} aborted, \
         at most {peak_in_flight} in flight and {peak_open_connections} connections open"
    )
}

/// Ignores a closed pipe: the server goes on without its reader.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
