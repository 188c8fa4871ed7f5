//! A response on its way, how `Exchange` ends with it, and how hyper does. The fuzz target uses the first two as well.

#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod delivery;
pub(crate) mod oracle;
pub(crate) mod responses;
