//! The list itself, written inside a macro.
//!
//! *What to notice*: why a macro: two things are made from the same list, the table [`MODELS`] and the cases of every test
//! that goes through all models ([`test_every_model!`](crate::test_every_model)). Neither can be forgotten.

use downstream_call::Model;

use super::{AtOnce, Entry, Platform, Setup};

/// All models, in the order in which the book teaches them.
pub const MODELS: &[Entry] = crate::model_list!(model_entries);

/// The list. `$consumer` is a macro that gets `{ given }` and then the entries.
#[doc(hidden)]
#[macro_export]
macro_rules! model_list {
    ($consumer:ident $($given:tt)*) => {
        $crate::$consumer! {
            { $($given)* }
            serial "serial" {
                waits: "in a blocking read, one call at a time",
                at_once: One,
                platform: Everywhere,
                lesson: "waits for one answer before it asks for the next: times add up",
                make: |_| serial::Serial::new(),
            }
            busy_poll "busy-poll" {
                waits: "not at all: asks every socket again and again",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "asks all the time, so that waiting costs a core",
                make: |_| busy_poll::BusyPoll::new(),
            }
            thread_per_call "thread-per-call" {
                waits: "in a blocking read, on a thread for each call",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| thread_pool::ThreadPerCall::new(),
            }
            thread_pool "thread-pool" {
                waits: "in a blocking read, on one of a few threads",
                at_once: Workers,
                platform: Everywhere,
                lesson: "calls beyond the workers wait for a worker, not for the downstream",
                make: |setup| thread_pool::ThreadPool::with_workers(setup.workers()),
            }
            rayon "rayon" {
                waits: "in a blocking read, on a pool made for computing",
                at_once: Workers,
                platform: Everywhere,
                lesson: "the same as thread-pool; its own default, a worker for each core, is made for computing",
                make: |setup| thread_pool::Rayon::with_workers(setup.workers()),
            }
            epoll_state_machine "epoll-state-machine" {
                waits: "in epoll_wait, with an enum for each call",
                at_once: Unlimited,
                platform: Linux,
                lesson: "",
                make: |_| epoll_state_machine::EpollStateMachine::new(),
            }
            callback_loop "callback-loop" {
                waits: "in a loop's poll, with a callback for each socket",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| callback_loop::CallbackLoop::new(),
            }
            generator_style "generator-style" {
                waits: "in a loop's poll, once each call has yielded its socket",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| generator_style::GeneratorStyle::new(),
            }
            stackful_coroutines "stackful-coroutines" {
                waits: "in a loop's poll, once each call has left its stack",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| stackful_coroutines::StackfulCoroutines::new(),
            }
            mini_runtime "mini-runtime" {
                waits: "in the reactor of a runtime written here, on one thread",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| mini_runtime::MiniRuntime::new(),
            }
            async_await "async-await" {
                waits: "in tokio's reactor, on one thread",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| async_await::AsyncAwait::one_thread(),
            }
            async_await_multi_thread "async-await-multi-thread" {
                waits: "in tokio's reactor, on a thread for each core",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| async_await::AsyncAwait::many_threads(),
            }
            io_uring "io-uring" {
                waits: "in io_uring_enter, for what the kernel has done already",
                at_once: Unlimited,
                platform: Linux,
                lesson: "",
                make: |_| completion_ring::CompletionRing::new(),
            }
            per_core "per-core" {
                waits: "in a loop's poll, on a thread for each core",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |setup| per_core::PerCore::with_loops(setup.loops()?),
            }
            per_process "per-process" {
                waits: "in a loop's poll, in a process for each core",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "its memory and threads are those of all its processes, added up",
                make: |setup| per_core::PerProcess::with_program(setup.child()?, setup.loops()?),
            }
            compute_offload "compute-offload" {
                waits: "in tokio's reactor, while a pool computes",
                at_once: Unlimited,
                platform: Everywhere,
                lesson: "",
                make: |_| compute_offload::ComputeOffload::new(),
            }
        }
    };
}

/// The list as [`MODELS`].
#[doc(hidden)]
#[macro_export]
macro_rules! model_entries {
    ({} $($case:ident $name:literal {
        waits: $waits:literal,
        at_once: $at_once:ident,
        platform: $platform:ident,
        lesson: $lesson:literal,
        make: |$setup:pat_param| $make:expr,
    })*) => {
        &[$(Entry {
            name: $name,
            waits: $waits,
            at_once: AtOnce::$at_once,
            platform: Platform::$platform,
            lesson: $lesson,
            make: $crate::model_make!($platform, |$setup: &Setup| Ok(Box::new($make?) as Box<dyn Model>)),
        }),*]
    };
}

/// Leaves a model's code out where it would not compile.
#[doc(hidden)]
#[macro_export]
macro_rules! model_make {
    (Everywhere, $make:expr) => {
        Some($make)
    };
    (Unix, $make:expr) => {{
        #[cfg(unix)]
        {
            Some($make)
        }
        #[cfg(not(unix))]
        None
    }};
    (Linux, $make:expr) => {{
        #[cfg(target_os = "linux")]
        {
            Some($make)
        }
        #[cfg(not(target_os = "linux"))]
        None
    }};
}
