//! Namespaces of Linux: what a process can see and reach (user_namespaces(7), network_namespaces(7), pid_namespaces(7)).
//!
//! *What to notice*: a user namespace needs no privilege, and within it the others need none either. This is done in two steps:
//! [`enter`] in the gate, and [`settle`] in the first process, which mounts the `/proc` of its own processes and raises `lo`.

use std::io;
use std::path::Path;

use super::Enclosing;
#[cfg(target_os = "linux")]
use super::files;

/// Goes into new namespaces; the next child is the first process in them.
#[cfg(target_os = "linux")]
pub(super) fn enter(enclosing: Enclosing) -> io::Result<()> {
    use nix::sched::{CloneFlags, unshare};
    use rustix::process::{getgid, getpid, getuid, set_child_subreaper, setsid};

    // A session of its own: Ctrl-C is the grader's, and the scheduler is fair between sessions.
    let _ = setsid();
    // Where the kernel refuses, orphans go elsewhere.
    let _ = set_child_subreaper(Some(getpid()));
    let network = CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET;
    let flags = match enclosing {
        Enclosing::Group => return Ok(()),
        Enclosing::Network => network,
        Enclosing::Whole => {
            network | CloneFlags::CLONE_NEWPID | CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC
        }
    };
    let (user, group) = (getuid().as_raw(), getgid().as_raw());
    unshare(flags)?;
    // The same user as outside, so that files are who they were; a group may be mapped once this is denied.
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    std::fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

/// There are none here.
#[cfg(not(target_os = "linux"))]
pub(super) fn enter(enclosing: Enclosing) -> io::Result<()> {
    if enclosing == Enclosing::Group { Ok(()) } else { Err(io::ErrorKind::Unsupported.into()) }
}

/// Makes the namespaces that this process is the first one of usable. Where they are whole, files can be written in one folder
/// alone, if one is named.
#[cfg(target_os = "linux")]
pub(super) fn settle(enclosing: Enclosing, writes_in: Option<&Path>) -> io::Result<()> {
    use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
    if enclosing == Enclosing::Whole {
        // Else it would be mounted outside as well.
        mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)?;
        writes_in.map_or(Ok(()), files::write_only_in)?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount("proc", "/proc", "proc", flags, None)?;
    }
    if enclosing == Enclosing::Group { Ok(()) } else { raise_loopback() }
}

/// There is nothing to do here.
#[cfg(not(target_os = "linux"))]
pub(super) fn settle(_: Enclosing, _: Option<&Path>) -> io::Result<()> {
    Ok(())
}

/// `ip link set lo up`, as netlink has it (rtnetlink(7)): a header, and the interface with the flag that changes.
#[cfg(target_os = "linux")]
fn raise_loopback() -> io::Result<()> {
    use rustix::net::netlink::SocketAddrNetlink;
    use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType, sendto, socket_with};

    /// `RTM_NEWLINK`
    const NEW_LINK: u16 = 16;
    /// `NLM_F_REQUEST | NLM_F_ACK`
    const REQUEST: u16 = 1 | 4;
    /// `lo` is the first interface of each network namespace.
    const LOOPBACK: i32 = 1;
    /// `IFF_UP`
    const UP: u32 = 1;
    /// A header is 16 bytes, an interface 16.
    const BYTES: u32 = 32;

    let mut message = Vec::new();
    message.extend(BYTES.to_ne_bytes());
    message.extend(NEW_LINK.to_ne_bytes());
    message.extend(REQUEST.to_ne_bytes());
    message.extend([0; 8]); // the message's number, and the sender's
    message.extend([0; 4]); // any family, any type
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(UP.to_ne_bytes());
    message.extend(UP.to_ne_bytes()); // which flags change
    // Protocol 0 is NETLINK_ROUTE.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None)?;
    sendto(&socket, &message, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    answered(&socket)
}

/// The kernel's answer is the negative number of an error, or zero, behind a header of 16 bytes.
#[cfg(target_os = "linux")]
fn answered(socket: &impl std::os::fd::AsFd) -> io::Result<()> {
    let mut answer = [0; 256];
    let (length, _) = rustix::net::recv(socket, &mut answer[..], rustix::net::RecvFlags::empty())?;
    let error = answer[..length].get(16..20).and_then(|bytes| bytes.try_into().ok()).map(i32::from_ne_bytes);
    match error {
        Some(0) => Ok(()),
        Some(error) => Err(io::Error::from_raw_os_error(-error)),
        None => Err(io::Error::other("raising lo: an answer that is too short")),
    }
}
