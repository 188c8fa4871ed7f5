//! The diamond as a `#[coroutine]`, which yields the calls it needs.

use std::ops::Coroutine;

use downstream_call::{Call, Diamond, Outcome};

use crate::generator::Slot;

/// What a plan yields: the calls it needs next, together. It goes on with their outcomes.
pub(crate) type Needs = Slot<Vec<Call>, Vec<Outcome>>;

/// Yields three times.
pub(crate) fn steps<'plan>(
    _: &'plan Needs,
    plan: &'plan Diamond,
) -> impl Coroutine<Option<Vec<Outcome>>, Yield = Vec<Call>, Return = Outcome> + 'plan {
    #[coroutine]
    move |_: Option<Vec<Outcome>>| {
        let mut a = (yield vec![plan.a()]).expect("resumed");
        let b_c_d = (yield plan.b_c_d(&a.remove(0)?)?.into()).expect("resumed");
        let mut e = (yield vec![plan.e(&Diamond::together(b_c_d)?)?]).expect("resumed");
        plan.end(e.remove(0)?)
    }
}
