//! The diamond as a generator, which yields the calls it needs.

use downstream_call::{Call, Diamond, Outcome};

use crate::generator::Slot;

/// What a plan yields: the calls it needs next, together. It goes on with their outcomes.
pub(crate) type Needs = Slot<Vec<Call>, Vec<Outcome>>;

/// Yields three times.
pub(crate) async fn steps(needs: &Needs, plan: &Diamond) -> Outcome {
    let a = one(needs, plan.a()).await?;
    let b_c_d = needs.give(plan.b_c_d(&a)?.into()).await;
    let e = one(needs, plan.e(&Diamond::together(b_c_d)?)?).await?;
    plan.end(e)
}

async fn one(needs: &Needs, call: Call) -> Outcome {
    needs.give(vec![call]).await.remove(0)
}
