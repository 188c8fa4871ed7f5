//! The diamond as nested callbacks.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use downstream_call::{Call, Diamond, Failure, Outcome};

use crate::call::Calls;
use crate::{EventLoop, Promise};

/// Where each of the five calls is kept once it is known: what waits for an outcome only borrows its call.
pub(crate) type Places = [OnceCell<Call>; 5];

/// Read it from the outside in. Each level knows what the levels around it know; what three callbacks share is
/// counted by hand; and each level has to pass its own failure on, because none of them returns to another.
pub(crate) fn start<'h>(
    event_loop: &mut EventLoop<'h>,
    calls: &Rc<Calls<'h>>,
    (plan, places): (&'h Diamond, &'h Places),
    over: &'h Promise<Outcome>,
) {
    let place = |index: usize, call: Call| places[index].get_or_init(|| call);
    calls.call(event_loop, 0, place(0, plan.a()), move |event_loop, calls, a| {
        let b_c_d = match a.and_then(|a| plan.b_c_d(&a)) {
            Ok(b_c_d) => b_c_d,
            Err(failure) => return over.keep(Err(failure)),
        };
        let missing = Rc::new(Cell::new(b_c_d.len()));
        let outcomes = Rc::new(RefCell::new(vec![Err(Failure::Cancelled); 3]));
        for (at, call) in b_c_d.into_iter().enumerate() {
            let (missing, outcomes) = (Rc::clone(&missing), Rc::clone(&outcomes));
            calls.call(event_loop, 1 + at, place(1 + at, call), move |event_loop, calls, outcome| {
                if outcome.is_err() {
                    calls.cancel_all(event_loop);
                }
                outcomes.borrow_mut()[at] = outcome;
                missing.set(missing.get() - 1);
                if missing.get() > 0 {
                    return;
                }
                let e = match Diamond::together(outcomes.take()).and_then(|replies| plan.e(&replies)) {
                    Ok(e) => e,
                    Err(failure) => return over.keep(Err(failure)),
                };
                calls.call(event_loop, 4, place(4, e), move |_, _, e| {
                    over.keep(e.and_then(|e| plan.end(e)));
                });
            });
        }
    });
}
