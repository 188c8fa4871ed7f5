//! The slow downstream as a program of its own.
fn main() {}
