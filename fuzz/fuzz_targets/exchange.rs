//! Any bytes, cut anywhere: no panic, every cut ends as the whole does, and so does hyper.
//!
//! The first two bytes of an input define how the rest is delivered, see `oracle::Delivery::decode`.

#![no_main]

#[path = "../../crates/downstream-call/tests/support/delivery.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod delivery;

use delivery::{alike, outcome_of};
use libfuzzer_sys::fuzz_target;
use oracle::{Delivery, ends_with};

fuzz_target!(|input: &[u8]| {
    let Some(delivery) = Delivery::decode(input) else { return };
    let ours = outcome_of(&delivery);
    let whole = outcome_of(&Delivery::whole(&delivery.answer(), delivery.end));
    assert!(ours.as_ref().ok() == whole.as_ref().ok(), "cut: {ours:?}\nwhole: {whole:?}\n{delivery:?}");
    let theirs = ends_with(&delivery);
    assert!(alike(&ours, &theirs), "Exchange: {ours:?}\nhyper: {theirs:?}\n{delivery:?}");
});
