//! Where other machines find this one.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};

/// An address of a network that is reserved for documentation: no packet is sent there, but the system says from which address
/// of this machine it would be.
const SOMEWHERE: (Ipv4Addr, u16) = (Ipv4Addr::new(192, 0, 2, 1), 9);

/// The address by which this machine is known in its network; nothing without a network.
pub(super) fn of_this_machine() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(SOMEWHERE).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}
