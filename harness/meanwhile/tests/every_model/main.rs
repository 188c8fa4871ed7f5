//! Each model of the list through each of these tests: `cargo test -p meanwhile --test every_model -- MODEL` runs a part.
//!
//! *What to notice*: the trials are made from the list when the tests start (libtest-mimic), so a new entry is tested
//! without a line here.

#[path = "../support/mod.rs"]
mod support;

mod rows;
mod run;
#[cfg(target_os = "linux")]
mod whole_run;

use support::trials;

fn main() {
    let mut all = trials("every_row_is_held", |_| true, rows::every_row_is_held);
    all.extend(trials("every_call_has_its_own_answer_in_order", |_| true, run::own_answers_in_order));
    all.extend(trials("a_closed_port_is_refused_call_by_call", |_| true, run::a_closed_port_is_refused));
    all.extend(trials("a_diamond_prints_its_last_answer", |_| true, run::a_diamond_prints_its_last_answer));
    #[cfg(target_os = "linux")]
    {
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
    libtest_mimic::run(&libtest_mimic::Arguments::from_args(), all).exit();
}
