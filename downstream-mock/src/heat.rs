//! One heat of a race: what is asked for, what is answered, and what was asked for in fact.
//!
//! *What to notice*: while a heat is on, a request chooses nothing: each call of the heat is answered after the latency of its
//! number, so that latencies that differ are the same ones for every contestant, in whatever order it calls. Everything else is
//! counted and refused after a latency as well. An answer has a token, a hash of the call's
//! number under keys that the system drew for this heat alone, so an answer cannot be printed without being asked for.

use crate::events::call_number;
use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What a heat asks for, and how often each part of it was asked for.
#[derive(Clone, Debug)]
pub struct Heat {
    /// How long the answer to each call takes, by its number, whatever a request says.
    pub latencies: Vec<Duration>,
    /// How long everything else takes to be refused.
    pub latency: Duration,
    /// How often each call was asked for, by its number.
    pub asked: Vec<u64>,
    /// Requests for anything else.
    pub strays: u64,
    /// Requests that were not the first one of their connection.
    pub reused: u64,
    keys: RandomState,
}

/// The heat that is on, if one is.
#[derive(Default)]
pub(crate) struct CurrentHeat(Mutex<Option<Heat>>);

impl Heat {
    /// A heat of calls 0 to `calls` − 1 that all take as long, with keys of its own.
    #[must_use]
    pub fn new(calls: usize, latency: Duration) -> Self {
        Self::with_latencies(vec![latency; calls], latency)
    }

    /// A heat with a call for each of these latencies, and one for everything else; with keys of its own.
    #[must_use]
    pub fn with_latencies(latencies: Vec<Duration>, latency: Duration) -> Self {
        let asked = vec![0; latencies.len()];
        Self { latencies, latency, asked, strays: 0, reused: 0, keys: RandomState::new() }
    }

    /// The body that answers `/echo/{call}`: the call's number and its token, such as `17-93c1f0de5a7b2846`.
    #[must_use]
    pub fn answer(&self, call: usize) -> String {
        format!("{call}-{:016x}", self.keys.hash_one(call))
    }

    /// Notes a request, which is the one of this number (from 0) on its connection: after how long it is answered, and what the
    /// answer is, if it is for a call.
    fn ask(&mut self, path: &str, number_on_connection: u64) -> (Duration, Option<String>) {
        self.reused += u64::from(number_on_connection > 0);
        match self.call(path) {
            Some(call) => {
                self.asked[call] += 1;
                (self.latencies[call], Some(self.answer(call)))
            }
            None => {
                self.strays += 1;
                (self.latency, None)
            }
        }
    }

    /// Which call of the heat has this path and query.
    fn call(&self, path: &str) -> Option<usize> {
        call_number(path).filter(|call| *call < self.asked.len())
    }
}

impl CurrentHeat {
    pub(crate) fn begin(&self, heat: Heat) {
        *self.lock() = Some(heat);
    }

    pub(crate) fn is_on(&self) -> bool {
        self.lock().is_some()
    }

    pub(crate) fn snapshot(&self) -> Option<Heat> {
        self.lock().clone()
    }

    /// What is answered while a heat is on, and after how long; `None` if none is.
    pub(crate) fn ask(&self, path: &str, number_on_connection: u64) -> Option<(Duration, Option<String>)> {
        self.lock().as_mut().map(|heat| heat.ask(path, number_on_connection))
    }

    /// The heat stays right after a panic elsewhere: each change is complete before the lock is released.
    fn lock(&self) -> MutexGuard<'_, Option<Heat>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
