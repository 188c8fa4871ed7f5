//! The diamond as nested callbacks.

use std::cell::OnceCell;
use std::rc::Rc;

use downstream_call::{Call, Diamond, Outcome, Run};

use crate::call::Client;
use crate::{EventLoop, Promise};

/// The three steps of a diamond. Each is stored here once its calls are known, because a fan-out only borrows them.
pub(crate) struct Steps<'h> {
    run: &'h Run,
    plan: &'h Diamond,
    known: [OnceCell<Step>; 3],
}

struct Step {
    run: Run,
    calls: Vec<Call>,
}

impl<'h> Steps<'h> {
    pub(crate) fn new(run: &'h Run, plan: &'h Diamond) -> Self {
        Self { run, plan, known: Default::default() }
    }

    fn store(&self, step: usize, first: usize, calls: Vec<Call>) -> &Step {
        self.known[step].get_or_init(|| Step { run: self.run.step(first), calls })
    }
}

/// Read it from the outside in. Each level can use the variables of the levels around it. Each level has to report its
/// own failure, because none of them returns to another.
pub(crate) fn start<'h>(
    event_loop: &mut EventLoop<'h>,
    client: &Rc<Client<'h>>,
    steps: &'h Steps<'h>,
    over: &'h Promise<Outcome>,
) {
    let plan = steps.plan;
    let a = steps.store(0, 0, vec![plan.a()]);
    client.fan_out(event_loop, &a.run, &a.calls, move |event_loop, client, mut a| {
        let b_c_d = match a.remove(0).and_then(|a| plan.b_c_d(&a)) {
            Ok(b_c_d) => steps.store(1, 1, b_c_d.into()),
            Err(failure) => return over.keep(Err(failure)),
        };
        client.fan_out(event_loop, &b_c_d.run, &b_c_d.calls, move |event_loop, client, b_c_d| {
            let e = match Diamond::together(b_c_d).and_then(|replies| plan.e(&replies)) {
                Ok(e) => steps.store(2, 4, vec![e]),
                Err(failure) => return over.keep(Err(failure)),
            };
            client.fan_out(event_loop, &e.run, &e.calls, move |_, _, mut e| {
                over.keep(e.remove(0).and_then(|e| plan.end(e)));
            });
        });
    });
}
