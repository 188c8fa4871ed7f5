//! Every requirement of a model, as data: what it is, what it keeps, where it is taught, and how it is tried.
//!
//! *What to notice*: the order. Each row rests on earlier ones alone, so the first that breaks is the one to mend first.

use downstream_mock::faults::{Scene, Script};

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
const FEW: u64 = 80;
/// What a row takes that has sixty calls in flight.
const SIXTY: u64 = 160;

/// All requirements, those of ten thousand calls included or not.
pub(crate) fn all(large: bool) -> impl Iterator<Item = &'static Entry> {
    [ANSWERS, WAITING, TOGETHER, WORK, CANCELLING, DIAMONDS, CROWDS].into_iter().flatten().chain(if large {
        LARGE
    } else {
        &[]
    })
}

const ANSWERS: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a call brings the answer that was sent",
            contract: contract::ANSWERS,
            page: "models/serial.md",
            look_for: "the steps of one call: connect, send all of the request, receive until the exchange has an outcome",
        },
        watched: &[],
        descriptors: FEW,
        hold: answers::a_call_brings_the_answer_that_was_sent,
    },
    Entry {
        about: Requirement {
            name: "a run returns one outcome for each call",
            contract: contract::OUTCOMES,
            page: "models/serial.md",
            look_for: "a call that is dropped without an outcome, or one that has two",
        },
        watched: &[Watched::OutcomeForEach],
        descriptors: FEW,
        hold: answers::a_run_returns_one_outcome_for_each_call,
    },
    Entry {
        about: Requirement {
            name: "no calls, no outcomes",
            contract: contract::OUTCOMES,
            page: "models/serial.md",
            look_for: "a loop that waits before it asks whether anything is left to wait for",
        },
        watched: &[],
        descriptors: FEW,
        hold: answers::no_calls_no_outcomes,
    },
    Entry {
        about: Requirement {
            name: "a run gives back every descriptor and thread",
            contract: contract::LEFTOVERS,
            page: "models/thread-pool.md",
            look_for: "a socket that is kept after its call has ended, or a thread that is not joined",
        },
        watched: &[Watched::GivesBack],
        descriptors: FEW,
        hold: answers::a_run_gives_back_every_descriptor_and_thread,
    },
    Entry {
        about: Requirement {
            name: "a failed call is an outcome, never a panic",
            contract: contract::FAILURES,
            page: "models/serial.md",
            look_for: "an unwrap, an expect or an index where an error of one call should become its outcome",
        },
        watched: &[Watched::NeverPanics],
        descriptors: FEW,
        hold: answers::a_failed_call_is_an_outcome,
    },
    Entry {
        about: Requirement {
            name: "outcomes come in the order of calls",
            contract: contract::OUTCOMES,
            page: "models/callback-loop.md",
            look_for: "outcomes that are kept in the order in which calls end, not at the index of their call",
        },
        watched: &[],
        descriptors: FEW,
        hold: answers::outcomes_come_in_the_order_of_calls,
    },
    Entry {
        about: Requirement {
            name: "an answer may come in parts",
            contract: contract::ANSWERS,
            page: "models/epoll-state-machine.md",
            look_for: "an event that is taken for an answer: it says that some bytes can be read, not that all have come",
        },
        watched: &[],
        descriptors: FEW,
        hold: answers::an_answer_may_come_in_parts,
    },
    Entry {
        about: Requirement {
            name: "a slow answer delays no other call",
            contract: contract::NEIGHBOURS,
            page: "models/busy-poll.md",
            look_for: "a socket that blocks in read: one that shares its thread must return EAGAIN (set_nonblocking)",
        },
        watched: &[],
        descriptors: FEW,
        hold: answers::a_slow_answer_delays_no_other_call,
    },
];

const WAITING: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a call that is never answered ends by its deadline",
            contract: contract::DEADLINES,
            page: "models/serial.md",
            look_for: "a wait without a limit: each wait needs the time that is left until the earliest deadline",
        },
        watched: &[Watched::EndsUnanswered],
        descriptors: FEW,
        hold: waiting::a_call_that_is_never_answered_ends,
    },
    Entry {
        about: Requirement {
            name: "a deadline is for the whole call",
            contract: contract::DEADLINES,
            page: "models/serial.md",
            look_for: "a limit for each read: every byte that arrives starts it again. Keep the moment, not the duration",
        },
        watched: &[Watched::EndsReceiving],
        descriptors: FEW,
        hold: waiting::a_deadline_is_for_the_whole_call,
    },
    Entry {
        about: Requirement {
            name: "a deadline holds while a call connects",
            contract: contract::DEADLINES,
            page: "models/serial.md",
            look_for: "a connect that blocks: the system gives up only after minutes. Use connect_timeout, or do not block",
        },
        watched: &[Watched::EndsConnecting],
        descriptors: FEW,
        hold: waiting::a_deadline_holds_while_a_call_connects,
    },
    Entry {
        about: Requirement {
            name: "waiting for a connection costs no CPU time",
            contract: contract::IDLE,
            page: "models/busy-poll.md",
            look_for: "a wait that does not wait: a timeout of zero, or one rounded down to zero",
        },
        watched: &[],
        descriptors: FEW,
        hold: idle::waiting_for_a_connection_costs_no_cpu_time,
    },
    Entry {
        about: Requirement {
            name: "waiting for an answer costs no CPU time",
            contract: contract::IDLE,
            page: "models/epoll-state-machine.md",
            look_for: "a socket still watched for writing after its request is sent: it is writable nearly always",
        },
        watched: &[Watched::WaitsIdle],
        descriptors: FEW,
        hold: idle::waiting_for_an_answer_costs_no_cpu_time,
    },
    Entry {
        about: Requirement {
            name: "a late call does not delay the rest",
            contract: contract::NEIGHBOURS,
            page: "models/epoll-state-machine.md",
            look_for: "a deadline that ends the run, or the wrong call, instead of its own call",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::a_late_call_does_not_delay_the_rest,
    },
    Entry {
        about: Requirement {
            name: "no time at all is too little",
            contract: contract::DEADLINES,
            page: "models/serial.md",
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
            page: "models/serial.md",
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
            page: "models/epoll-state-machine.md",
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

const TOGETHER: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "all calls wait at the same time",
            contract: contract::IN_FLIGHT,
            page: "models/epoll-state-machine.md",
            look_for: "a call that is started only after another one has ended, or a wake that is lost",
        },
        watched: &[],
        descriptors: SIXTY,
        hold: waiting::all_calls_wait_at_the_same_time,
    },
    Entry {
        about: Requirement {
            name: "never more calls in flight than allowed",
            contract: contract::IN_FLIGHT,
            page: "models/thread-pool.md",
            look_for: "calls that are started without FanOut::admit, which counts those in flight",
        },
        watched: &[],
        descriptors: FEW,
        hold: waiting::never_more_in_flight_than_allowed,
    },
];

const WORK: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "work is done with each reply",
            contract: contract::WORK,
            page: "models/compute-offload.md",
            look_for: "an outcome that is noted without the run's work: FanOut::ended does it, ended_after_work does not",
        },
        watched: &[],
        descriptors: FEW,
        hold: working::work_is_done_with_each_reply,
    },
    Entry {
        about: Requirement {
            name: "a panic in the work costs one call",
            contract: contract::WORK,
            page: "models/compute-offload.md",
            look_for: "work that is called without Work::on, which catches its panic",
        },
        watched: &[],
        descriptors: FEW,
        hold: working::a_panic_in_the_work_costs_one_call,
    },
    Entry {
        about: Requirement {
            name: "a trace has its milestones in order",
            contract: contract::TRACE,
            page: "mock.md",
            look_for: "an exchange that outlives its call: dropping it marks the end",
        },
        watched: &[],
        descriptors: FEW,
        hold: working::a_trace_has_its_milestones_in_order,
    },
];

const CANCELLING: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a run cancelled before it starts makes no call",
            contract: contract::CANCELLING,
            page: "models/serial.md",
            look_for: "calls that are started without a look at run.cancel: FanOut::admit looks",
        },
        watched: &[],
        descriptors: FEW,
        hold: cancelling::cancelled_before_it_starts,
    },
    Entry {
        about: Requirement {
            name: "cancelling ends what waits by its deadline",
            contract: contract::CANCELLING,
            page: "models/epoll-state-machine.md",
            look_for: "a wait that does not hear the cancelling: it has to wait for run.cancel.socket() beside its calls",
        },
        watched: &[],
        descriptors: FEW,
        hold: cancelling::cancelling_ends_what_waits,
    },
    Entry {
        about: Requirement {
            name: "cancelling ends what connects",
            contract: contract::CANCELLING,
            page: "models/epoll-state-machine.md",
            look_for: "a connect that waits for nothing else",
        },
        watched: &[],
        descriptors: FEW,
        hold: |stage| cancelling::cancelling_ends_what(stage, &Scene::BacklogFull),
    },
    Entry {
        about: Requirement {
            name: "cancelling ends what sends",
            contract: contract::CANCELLING,
            page: "models/epoll-state-machine.md",
            look_for: "a send that waits for nothing else, or is repeated until the system takes all",
        },
        watched: &[],
        descriptors: FEW,
        hold: |stage| cancelling::cancelling_ends_what(stage, &Scene::PlayNarrow(Script::new().hold())),
    },
    Entry {
        about: Requirement {
            name: "cancelling ends what receives",
            contract: contract::CANCELLING,
            page: "models/epoll-state-machine.md",
            look_for: "a loop that reads while there is something to read, and never looks up",
        },
        watched: &[],
        descriptors: FEW,
        hold: |stage| cancelling::cancelling_ends_what(stage, &Scene::Play(cancelling::endless_body())),
    },
];

const DIAMONDS: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a diamond's middle is made together",
            contract: contract::DIAMOND,
            page: "models/epoll-state-machine.md",
            look_for: "B, C and D one after the other: none of them needs another one's reply",
        },
        watched: &[],
        descriptors: FEW,
        hold: diamonds::a_diamonds_middle_is_made_together,
    },
    Entry {
        about: Requirement {
            name: "a diamond keeps to the limit too",
            contract: contract::DIAMOND,
            page: "models/thread-pool.md",
            look_for: "a middle that is made without the run's limit of calls in flight",
        },
        watched: &[],
        descriptors: FEW,
        hold: diamonds::a_diamond_keeps_to_the_limit_too,
    },
    Entry {
        about: Requirement {
            name: "a diamond ends with its first failure",
            contract: contract::DIAMOND,
            page: "models/async-await.md",
            look_for: "a middle that waits for all three although one has failed: run.step() makes the first failure cancel",
        },
        watched: &[],
        descriptors: FEW,
        hold: diamonds::a_diamond_ends_with_its_first_failure,
    },
    Entry {
        about: Requirement {
            name: "a wrong token fails a diamond",
            contract: contract::DIAMOND,
            page: "mock.md",
            look_for: "a reply that is used whatever its status is: the Diamond's steps check it",
        },
        watched: &[],
        descriptors: FEW,
        hold: diamonds::a_wrong_token_fails_a_diamond,
    },
    Entry {
        about: Requirement {
            name: "a diamond can be cancelled",
            contract: contract::DIAMOND,
            page: "models/callback-loop.md",
            look_for: "a step that is made from a run without the cancel of the diamond's run",
        },
        watched: &[],
        descriptors: FEW,
        hold: diamonds::a_diamond_can_be_cancelled,
    },
    Entry {
        about: Requirement {
            name: "work that panics in a diamond's middle cancels the other calls",
            contract: contract::DIAMOND,
            page: "models/compute-offload.md",
            look_for: "work that is done after the others were told to go on",
        },
        watched: &[],
        descriptors: FEW,
        hold: diamonds::a_panic_in_a_diamonds_middle_cancels_the_rest,
    },
];

const CROWDS: &[Entry] = &[
    Entry {
        about: Requirement {
            name: "a thousand calls, one in ten failing",
            contract: contract::FAILURES,
            page: "models/epoll-state-machine.md",
            look_for: "what only a crowd shows: an event for a call that is over, or a slot that is used again too early",
        },
        watched: &[],
        descriptors: 260,
        hold: crowds::a_thousand_calls_one_in_ten_failing,
    },
    Entry {
        about: Requirement {
            name: "slots and descriptors are reused, calls never mixed up",
            contract: contract::FAILURES,
            page: "models/epoll-state-machine.md",
            look_for: "an event that is matched to its call by the descriptor, which the next call gets at once",
        },
        watched: &[],
        descriptors: FEW,
        hold: crowds::slots_are_reused,
    },
    #[cfg(unix)]
    Entry {
        about: Requirement {
            name: "running out of descriptors costs calls, not the run",
            contract: contract::FAILURES,
            page: "models/thread-pool.md",
            look_for: "a socket that could not be made and ends the run with `?`",
        },
        watched: &[],
        descriptors: FEW,
        hold: super::descriptors::running_out_of_descriptors,
    },
];

/// What only a release build does in time.
const LARGE: &[Entry] = &[Entry {
    about: Requirement {
        name: "ten thousand calls, one in ten failing",
        contract: contract::FAILURES,
        page: "models/epoll-state-machine.md",
        look_for: "work for each event that grows with the number of calls",
    },
    watched: &[],
    descriptors: 6100,
    hold: crowds::ten_thousand_calls_one_in_ten_failing,
}];
