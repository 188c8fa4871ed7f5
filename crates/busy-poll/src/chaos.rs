//! `system.rs` on an unreliable kernel: short reads, partial sends, `EAGAIN` from a socket that is ready.
//!
//! It replaces `system.rs` in tests: with the feature `chaos`, and only while `MEANWHILE_CHAOS` holds a seed.

#[path = "system.rs"]
mod reliable;

use std::io;
use std::net::TcpStream;

use downstream_call::chaos::{part_of, pretends_to_block};
pub(crate) use reliable::connect;

pub(crate) fn send(socket: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    pretend()?;
    reliable::send(socket, &bytes[..part_of(bytes.len())])
}

pub(crate) fn receive(socket: &TcpStream, scratch: &mut [u8]) -> io::Result<usize> {
    pretend()?;
    let length = part_of(scratch.len());
    reliable::receive(socket, &mut scratch[..length])
}

fn pretend() -> io::Result<()> {
    if pretends_to_block() { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
}
