//! The slow downstream: a server that waits, misbehaves and counts.
