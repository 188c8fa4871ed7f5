//! How much of an answer is enough, alike for hyper and [`Exchange`](crate::Exchange).

/// Header fields, at most; trailers alike.
pub const MAX_FIELDS: usize = 100;
/// Bytes of a head, from its status line to its empty line, at most.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;
/// Bytes of a body, at most.
pub const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
