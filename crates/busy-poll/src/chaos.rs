//! Sockets as unreliable as they may be: short reads, partial sends, nothing yet where there is something.
//!
//! For tests alone: behind the feature `chaos`, and only while `MEANWHILE_CHAOS` holds a seed.

use std::io;

use downstream_call::chaos::{part_of, pretends_to_block};

/// So much of it is sent.
pub(crate) fn part(bytes: &[u8]) -> io::Result<&[u8]> {
    pretend()?;
    Ok(&bytes[..part_of(bytes.len())])
}

/// So much of it is filled.
pub(crate) fn part_mut(scratch: &mut [u8]) -> io::Result<&mut [u8]> {
    pretend()?;
    let length = part_of(scratch.len());
    Ok(&mut scratch[..length])
}

fn pretend() -> io::Result<()> {
    if pretends_to_block() { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
}
