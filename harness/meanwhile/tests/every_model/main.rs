//! Each model of the list through each of these tests: `cargo test -p meanwhile --test every_model -- MODEL` runs a part.
//!
//! *What to notice*: the trials are made from the list when the tests start (libtest-mimic), so a new entry is tested
//! without a line here.

#[path = "../support/mod.rs"]
mod support;

#[cfg(target_os = "linux")]
mod interrupted;
mod rows;
mod run;
#[cfg(target_os = "linux")]
mod whole_run;

use libtest_mimic::{Arguments, Trial};
use support::trials;

fn main() {
    let mut all = trials("every_row_is_held", |_| true, rows::every_row_is_held);
    all.extend(trials("every_call_has_its_own_answer_in_order", |_| true, run::own_answers_in_order));
    all.extend(trials("a_closed_port_is_refused_call_by_call", |_| true, run::a_closed_port_is_refused));
    all.extend(trials("a_diamond_prints_its_last_answer", |_| true, run::a_diamond_prints_its_last_answer));
    #[cfg(target_os = "linux")]
    {
        let printed = interrupted::the_answers_that_are_there_are_printed;
        all.extend(trials("ctrl_c_prints_the_answers_that_are_there", |_| true, printed));
        let at_once = interrupted::a_second_one_ends_the_process_at_once;
        all.extend(trials("a_second_ctrl_c_ends_it_at_once", |_| true, at_once));
        all.extend(trials("a_storm_of_interruptions_costs_no_answer", |_| true, whole_run::interruptions));
        all.extend(trials(
            "an_answer_that_has_arrived_counts_after_the_deadline",
            |_| true,
            whole_run::stopped,
        ));
        all.extend(trials("a_deadline_holds_in_a_time_namespace", |_| true, whole_run::another_clock));
        let by_name = "a_name_is_called_at_the_address_that_listens";
        all.extend(trials(by_name, |_| true, whole_run::a_name_with_two_addresses));
        all.extend(trials("running_out_of_ports_costs_calls_not_the_run", |_| true, whole_run::few_ports));
    }
    // Model by model: trials that compute run beside trials that wait.
    all.sort_by(|one, other| model_of(one).cmp(model_of(other)));
    let mut arguments = Arguments::from_args();
    // Each trial is processes of its own, which wait more than they compute.
    arguments.test_threads = arguments.test_threads.or(Some(6));
    libtest_mimic::run(&arguments, all).exit();
}

/// `TEST::MODEL` is the name of a trial.
fn model_of(trial: &Trial) -> &str {
    trial.name().split_once("::").map_or("", |(_, model)| model)
}
