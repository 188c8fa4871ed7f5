//! The limits of an answer, the same for hyper and [`Exchange`](crate::Exchange).

/// The most header fields, and the most trailers.
pub const MAX_FIELDS: usize = 100;
/// The most bytes of a head, from its status line to its empty line.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The most bytes of a body.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
