//! Every requirement of a model, as data: what it is, what it keeps, where it is taught, and how it is tried.
//!
//! *What to notice*: the order. Each row rests on earlier ones alone, so the first that breaks is the one to mend first.

use super::{answers, cancelling, crowds, diamonds, idle, waiting, working};
use crate::Requirement;
use crate::breach::{Held, Watched};
use crate::requirement::contract;
use crate::stage::Stage;

/// A requirement, and the row that tries it.
#[derive(Debug)]
pub(crate) struct Entry {
    /// For people.
    pub(crate) about: Requirement,
    /// What of all runs breaks it.
    pub(crate) watched: &'static [Watched],
    /// How many descriptors the row takes at most.
    pub(crate) descriptors: u64,
    pub(crate) hold: fn(&mut Stage<'_>) -> Held,
}

/// What a row takes that has few calls, or few in flight.
pub(super) const FEW: u64 = 80;
/// What a row takes that has up to sixty calls in flight.
pub(super) const SIXTY: u64 = 160;

/// All requirements, those of ten thousand calls included or not.
pub(crate) fn all(large: bool) -> impl Iterator<Item = &'static Entry> {
    let large = if large { crowds::LARGE } else { &[] };
    let in_order = [
        answers::ROWS,
        WAITING,
        TOGETHER,
        working::ROWS,
        cancelling::ROWS,
        diamonds::ROWS,
        crowds::ROWS,
        large,
    ];
    in_order.into_iter().flatten()
}

/// How calls wait, one by one.
const WAITING: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "an answer wakes the call that waits for it",
            contract: contract::WAKES,
            page: "mending.md#a-wake-is-lost",
            look_for: "a call that waits and that nothing wakes. Its socket is not watched for reading (was it last watched for writing, after a send in parts?), or a wake was dropped that came while its task ran, or together with another one. The deadline is right; the wait is not",
        },
        watched: &[Watched::NoticesAnswers],
        descriptors: FEW,
        hold: waiting::an_answer_wakes_the_call_that_waits_for_it,
    },
    Entry {
        about: Requirement {
            name: "a call that is never answered ends by its deadline",
            contract: contract::DEADLINES,
            page: "mending.md#deadlines",
            look_for: "a connect, read, write or poll without a timeout. Give each one the time left until the deadline; in a loop, until the earliest deadline",
        },
        watched: &[Watched::EndsUnanswered],
        descriptors: FEW,
        hold: waiting::a_call_that_is_never_answered_ends,
    },
    Entry {
        about: Requirement {
            name: "a deadline is for the whole call",
            contract: contract::DEADLINES,
            page: "mending.md#deadlines",
            look_for: "a deadline or timeout that starts again after each read. Compute call.deadline() once, before the connect, and give each read only the time that is left",
        },
        watched: &[Watched::EndsReceiving],
        descriptors: FEW,
        hold: waiting::a_deadline_is_for_the_whole_call,
    },
    Entry {
        about: Requirement {
            name: "a deadline holds while a call connects",
            contract: contract::DEADLINES,
            page: "mending.md#deadlines",
            look_for: "a connect that blocks past the deadline (a thread with one call uses connect_timeout, a loop connects without blocking), or one whose EINPROGRESS, or EAGAIN from the first send, is taken for a failure: both mean not yet",
        },
        watched: &[Watched::EndsConnecting],
        descriptors: FEW,
        hold: waiting::a_deadline_holds_while_a_call_connects,
    },
    Entry {
        about: Requirement {
            name: "waiting for a connection costs no CPU time",
            contract: contract::IDLE,
            page: "mending.md#waiting-costs-cpu-time",
            look_for: "a poll or wait that returns at once, again and again: its timeout is zero, or is rounded down to zero. The mistake can be in the wait for all calls, not only for connections",
        },
        watched: &[],
        descriptors: FEW,
        hold: idle::waiting_for_a_connection_costs_no_cpu_time,
    },
    Entry {
        about: Requirement {
            name: "waiting for an answer costs no CPU time",
            contract: contract::IDLE,
            page: "mending.md#waiting-costs-cpu-time",
            look_for: "a socket still watched for writing after its request is sent: it is writable nearly always",
        },
        watched: &[Watched::WaitsIdle],
        descriptors: FEW,
        hold: idle::waiting_for_an_answer_costs_no_cpu_time,
    },
    Entry {
        about: Requirement {
            name: "waiting for the rest of an answer costs no CPU time",
            contract: contract::IDLE,
            page: "mending.md#waiting-costs-cpu-time",
            look_for: "a read that would block and is tried again at once. After a part, wait for the socket as for the first byte",
        },
        watched: &[],
        descriptors: FEW,
        hold: idle::waiting_for_the_rest_of_an_answer_costs_no_cpu_time,
    },
    Entry {
        about: Requirement {
            name: "a late call does not delay the rest",
            contract: contract::NEIGHBOURS,
            page: "mending.md#deadlines",
            look_for: "a deadline that ends the run, or the wrong call, instead of its own call",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::a_late_call_does_not_delay_the_rest,
    },
    Entry {
        about: Requirement {
            name: "each call has its own deadline",
            contract: contract::DEADLINES,
            page: "mending.md#deadlines",
            look_for: "deadlines that are kept in another order than that of time, or an earliest one that is not looked for again after it has passed",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::each_call_has_its_own_deadline,
    },
    Entry {
        about: Requirement {
            name: "an answer that has arrived counts",
            contract: contract::DEADLINES,
            page: "mending.md#deadlines",
            look_for: "a call that is ended as late without a look at its socket. Where the thread was held beyond the deadline, the answer may lie there: receive once more first",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::an_answer_that_has_arrived_counts,
    },
    Entry {
        about: Requirement {
            name: "no time at all is too little",
            contract: contract::DEADLINES,
            page: "mending.md#deadlines",
            look_for: "a timeout of zero: to many system calls it means no limit at all",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::no_time_at_all_is_too_little,
    },
    Entry {
        about: Requirement {
            name: "a huge timeout is no timeout",
            contract: contract::DEADLINES,
            page: "mending.md#deadlines",
            look_for: "a deadline that overflows: Call::deadline knows how to add",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::a_huge_timeout_is_no_timeout,
    },
    Entry {
        about: Requirement {
            name: "a refused port fails every call at once",
            contract: contract::FAILURES,
            page: "mending.md#a-failure-is-an-outcome",
            look_for: "a connect whose error is not asked for (SO_ERROR): the socket is reported as ready",
        },
        watched: &[],
        descriptors: SIXTY,
        hold: waiting::a_refused_port_fails_every_call_at_once,
    },
    Entry {
        about: Requirement {
            name: "a name leads to a refused port",
            contract: contract::FAILURES,
            page: "strictness.md",
            look_for: "the host of the URL where the address of the call belongs",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::a_name_leads_to_a_refused_port,
    },
    Entry {
        about: Requirement {
            name: "a line break in a path is never sent",
            contract: contract::FAILURES,
            page: "strictness.md",
            look_for: "a request that is sent without Call::check, which Exchange::new asks",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::a_line_break_in_a_path_is_never_sent,
    },
    Entry {
        about: Requirement {
            name: "a large body arrives whole",
            contract: contract::ANSWERS,
            page: "strictness.md",
            look_for: "a buffer that is not emptied before the next read, or a read that is not repeated",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::a_large_body_arrives_whole,
    },
];

/// How they wait together.
const TOGETHER: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "all calls wait at the same time",
            contract: contract::IN_FLIGHT,
            page: "mending.md#how-many-calls-wait-together",
            look_for: "a call that is started only after another one has ended, or a limit of the model's own",
        },
        watched: &[],
        descriptors: SIXTY,
        hold: waiting::all_calls_wait_at_the_same_time,
    },
    Entry {
        about: Requirement {
            name: "never more calls in flight than allowed",
            contract: contract::IN_FLIGHT,
            page: "mending.md#how-many-calls-wait-together",
            look_for: "a call that starts without FanOut::admit, or a FanOut made from a Run whose in_flight was changed, or a count compared with <= where < is meant",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::never_more_in_flight_than_allowed,
    },
];
