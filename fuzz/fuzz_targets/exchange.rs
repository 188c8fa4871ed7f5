//! Any bytes, cut anywhere: no panic, every cut ends as the whole does, and so does hyper.
//!
//! The first two bytes of an input say how the rest is delivered, see `Delivery::decode`.

#![no_main]

#[path = "../../crates/downstream-call/tests/support"]
#[allow(dead_code, reason = "the tests use the rest")]
mod support {
    pub(crate) mod delivery;
    pub(crate) mod oracle;
}

use libfuzzer_sys::fuzz_target;
use support::delivery::{Delivery, alike};
use support::oracle::hyper_ends;

fuzz_target!(|input: &[u8]| {
    let Some(delivery) = Delivery::decode(input) else { return };
    let ours = delivery.exchange_ends();
    let whole = Delivery::whole(&delivery.response(), delivery.end).exchange_ends();
    assert!(alike(&ours, &whole), "cut: {ours:?}\nwhole: {whole:?}\n{delivery:?}");
    let theirs = hyper_ends(&delivery);
    assert!(alike(&ours, &theirs), "Exchange: {ours:?}\nhyper: {theirs:?}\n{delivery:?}");
});
