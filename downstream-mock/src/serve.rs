//! The mock as a program: its options, its start and end, and its copies on further loopback addresses.
//!
//! *How it waits*: the first thread sleeps until Ctrl-C, SIGTERM, the end of the parent, or SIGUSR1, which prints the counts.
//!
//! *What to notice*: a process may hold a limited number of descriptors, and one address may open a limited number of
//! connections to one port. More processes on 127.0.0.2, .3, … get around both limits.

mod copies;
mod options;
mod signals;

pub use options::ServeArgs;

use crate::{
    Config, Mock, Stats,
    faults::{Fault, FaultServer},
    limits::is_ephemeral,
    raise_descriptor_limit,
};
use std::{
    fmt,
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
};

/// Why the program ends without having served.
#[derive(Debug)]
pub enum ServeError {
    /// The options ask for something impossible.
    Usage(String),
    /// Something was tried and did not work.
    Broken(io::Error),
}

/// What the program is told from outside.
enum Event {
    /// Print the counts.
    #[cfg_attr(not(unix), allow(dead_code, reason = "no signal asks for them here"))]
    Counts,
    /// Stop.
    End,
}

/// What answers the calls.
enum Downstream {
    Mock(Mock),
    /// A fault on its port, and the mock whose thread plays it.
    Fault {
        port: FaultServer,
        _mock: Mock,
    },
}

/// Serves until Ctrl-C or SIGTERM: a line with the URL of each process at the start, a line with its counts at the end and
/// at SIGUSR1.
///
/// `command` is what a child is called with before the options: nothing for a program that only serves, and `["serve"]`
/// for one with that subcommand.
///
/// # Errors
/// When the options rule each other out, an address can't be listened on, a child doesn't start, or the program already
/// handles Ctrl-C.
pub fn serve(args: &ServeArgs, command: &[&str]) -> Result<(), ServeError> {
    if args.list_faults {
        return print(&options::list_of_faults()).map_err(ServeError::Broken);
    }
    args.check().map_err(ServeError::Usage)?;
    serve_until_told(args, command).map_err(ServeError::Broken)
}

fn serve_until_told(args: &ServeArgs, command: &[&str]) -> io::Result<()> {
    raise_descriptor_limit()?;
    warn_of_ephemeral_port(args.address.port());
    let downstream = Downstream::start(args)?;
    // The handlers are set before the first line, since a program that reads that line may send a signal.
    let events = signals::listen(args.until_stdin_closes)?;
    say(&downstream.url());
    let copies = copies::start(args, command, downstream.address())?;
    // The handlers hold a sender for as long as the program runs.
    while let Event::Counts = events.recv().map_err(io::Error::other)? {
        say(&summary(&downstream.url(), &downstream.stats()));
        copies.iter().for_each(copies::Copy::ask_for_counts);
    }
    for copy in copies {
        copy.end()?;
    }
    let url = downstream.url();
    say(&summary(&url, &downstream.stop()));
    Ok(())
}

impl Downstream {
    fn start(args: &ServeArgs) -> io::Result<Self> {
        match &args.fault {
            None => Mock::start(args.config()).map(Self::Mock),
            Some(fault) => Self::play(fault, args),
        }
    }

    fn play(fault: &Fault, args: &ServeArgs) -> io::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mock = Mock::start(Config { address, ..args.config() })?;
        let port = mock.stage_at(fault, args.address_of(fault))?;
        Ok(Self::Fault { port, _mock: mock })
    }

    fn address(&self) -> SocketAddr {
        match self {
            Self::Mock(mock) => mock.address(),
            Self::Fault { port, .. } => port.address(),
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    fn stats(&self) -> Stats {
        match self {
            Self::Mock(mock) => mock.stats(),
            Self::Fault { port, .. } => port.stats(),
        }
    }

    /// Lets requests in flight go on for a while; a fault may never end, so it is cut off.
    fn stop(self) -> Stats {
        match self {
            Self::Mock(mock) => mock.stop(),
            Self::Fault { port, .. } => port.stats(),
        }
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

/// Ignores a closed pipe alone.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(line) => formatter.write_str(line),
            Self::Broken(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for ServeError {}
