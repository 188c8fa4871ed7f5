//! The diamond as a coroutine, which suspends with the calls it needs.

use corosensei::Yielder;
use downstream_call::{Call, Diamond, Outcome};

/// What a plan suspends with: the calls it needs next, together. It goes on with their outcomes.
pub(crate) type Needs = Yielder<Vec<Outcome>, Vec<Call>>;

/// Suspends three times.
pub(crate) fn steps(needs: &Needs, plan: &Diamond) -> Outcome {
    let a = one(needs, plan.a())?;
    let b_c_d = needs.suspend(plan.b_c_d(&a)?.into());
    let e = one(needs, plan.e(&Diamond::together(b_c_d)?)?)?;
    plan.end(e)
}

fn one(needs: &Needs, call: Call) -> Outcome {
    needs.suspend(vec![call]).remove(0)
}
