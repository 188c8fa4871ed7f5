//! Deliveries of answers, and how an `Exchange` ends with them. The fuzz target uses the first part as well.

#![allow(dead_code, reason = "each test file uses its own part")]

pub(crate) mod delivery;
pub(crate) mod responses;
