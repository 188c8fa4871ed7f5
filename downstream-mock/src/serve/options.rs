//! The options of the program, and what is wrong with them.

use crate::{
    Config, Jitter,
    faults::{Expect, Fault, Scene, catalogue},
};
use clap::Args;
use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

/// Where the mock listens unless told otherwise.
const PORT: u16 = 8080;

/// The options of `downstream-mock` and of `meanwhile serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT", value_parser = address)]
    pub address: SocketAddr,
    /// How long an answer takes, in milliseconds
    #[arg(long, default_value_t = 1000, value_name = "MS", value_parser = whole)]
    pub latency_ms: u64,
    /// How latencies differ: none, uniform:MS, normal:MS or long-tail:MS:SHAPE
    #[arg(long, default_value = "none", value_name = "JITTER")]
    pub jitter: Jitter,
    /// Where jitter and tokens start
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = whole)]
    pub seed: u64,
    /// How many processes, on 127.0.0.1, 127.0.0.2, … with the same port
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=250))]
    pub processes: u8,
    /// Answer every call with this fault
    #[arg(long, value_name = "NAME", value_parser = fault, conflicts_with = "processes")]
    pub fault: Option<Fault>,
    /// Print the faults and how a call ends with each, instead of serving
    #[arg(long)]
    pub list_faults: bool,
    /// Listen on an address that others can reach
    #[arg(long)]
    pub allow_non_loopback: bool,
    /// End when standard input closes: how a parent ends its children
    #[arg(long, hide = true)]
    pub until_stdin_closes: bool,
}

impl ServeArgs {
    /// What is wrong with options that are right one by one, and the cure.
    pub(super) fn check(&self) -> Result<(), String> {
        let ip = self.address.ip();
        if !ip.is_loopback() && !self.allow_non_loopback {
            return Err(format!(
                "listening on {} would let others in: choose a loopback address, or add --allow-non-loopback",
                self.address
            ));
        }
        if self.processes > 1 && !(ip.is_ipv4() && ip.is_loopback()) {
            return Err(format!(
                "several processes need an address each, and {ip} has no neighbours: listen on 127.0.0.1"
            ));
        }
        Ok(())
    }

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

    /// Where a fault is found: on an address of the family that it is about.
    pub(super) fn address_of(&self, fault: &Fault) -> SocketAddr {
        if fault.ip.is_ipv6() == self.address.is_ipv6() {
            self.address
        } else {
            SocketAddr::new(fault.ip, self.address.port())
        }
    }

    /// The same options for a child on another address.
    pub(super) fn for_child(&self, address: SocketAddr) -> Vec<String> {
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

/// An address with its port, or with the usual one.
fn address(text: &str) -> Result<SocketAddr, String> {
    let without_port = || text.parse().map(|ip: IpAddr| SocketAddr::new(ip, PORT));
    text.parse()
        .or_else(|_| without_port())
        .map_err(|_| format!("write an address and a port, such as 127.0.0.1:{PORT}"))
}

fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number, 0 or more".into())
}

fn fault(name: &str) -> Result<Fault, String> {
    let mut faults = catalogue();
    if let Some(at) = faults.iter().position(|fault| fault.name == name) {
        return Ok(faults.swap_remove(at));
    }
    let distance = |fault: &&Fault| strsim::damerau_levenshtein(&fault.name, name);
    let part = faults.iter().find(|fault| name.len() > 2 && fault.name.contains(name));
    match part.or_else(|| faults.iter().min_by_key(distance)) {
        Some(near) if part.is_some() || distance(&near) * 3 <= name.len() => {
            Err(format!("no fault is called so: did you mean {}", near.name))
        }
        _ => Err("no fault is called so: --list-faults shows them all".into()),
    }
}

/// A line for each fault: its name, and how a call must end with it.
pub(super) fn list_of_faults() -> String {
    let faults = catalogue();
    let width = faults.iter().map(|fault| fault.name.len()).max().unwrap_or(0);
    let line = |fault: &Fault| format!("{:8} {:width$} {}\n", fault.group, fault.name, ends(fault));
    faults.iter().map(line).collect()
}

fn ends(fault: &Fault) -> String {
    let ends = match &fault.expect {
        Expect::Reply { status, .. } => status.to_string(),
        Expect::Failure(classes) => classes.join(" or "),
    };
    match fault.scene {
        Scene::PlayNarrow(_) => format!("{ends}, if its request is {} bytes long", fault.path.len()),
        Scene::Refused | Scene::RefusedLate | Scene::BacklogFull | Scene::NeverAccepted | Scene::Play(_) => {
            ends
        }
    }
}
