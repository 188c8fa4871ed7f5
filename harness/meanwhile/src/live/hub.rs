//! What has happened so far, and the browsers that look on.
//!
//! *What to notice*: each browser has a bounded queue. A browser that does not empty it in time loses its connection; the race
//! goes on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use timeline::page::{Page, Run};
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Messages that one browser may be behind.
const QUEUE: usize = 64;

/// The most browsers at a time.
const MOST_BROWSERS: usize = 200;

/// One server-sent event: its name, and JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) name: &'static str,
    pub(super) data: Arc<str>,
}

/// See above.
pub(super) struct Hub {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The page without its runs.
    page: Page,
    /// The last picture of each run, by section and place.
    runs: BTreeMap<(usize, usize), Message>,
    /// How many predictions there are, while the room predicts.
    answers: Option<Message>,
    /// The page of the whole race.
    over: Option<Message>,
    browsers: Vec<Sender<Message>>,
}

impl Hub {
    pub(super) fn new(page: Page) -> Self {
        Self { state: Mutex::new(State { page, ..State::default() }) }
    }

    /// The page to begin with; its events bring the rest.
    pub(super) fn page(&self) -> Page {
        Page { source: Some("/events".into()), ..self.state().page.clone() }
    }

    /// Whether any browser looks on.
    pub(super) fn is_watched(&self) -> bool {
        let mut state = self.state();
        state.browsers.retain(|browser| !browser.is_closed());
        !state.browsers.is_empty()
    }

    /// Everything so far, and what comes later; nothing if there are too many browsers.
    pub(super) fn join(&self) -> Option<(Vec<Message>, Receiver<Message>)> {
        let mut state = self.state();
        state.browsers.retain(|browser| !browser.is_closed());
        if state.browsers.len() >= MOST_BROWSERS {
            return None;
        }
        let (sender, receiver) = mpsc::channel(QUEUE);
        let so_far: Vec<_> = state.runs.values().chain(&state.answers).chain(&state.over).cloned().collect();
        // After the page of the whole race nothing comes: the queue ends.
        if state.over.is_none() {
            state.browsers.push(sender);
        }
        Some((so_far, receiver))
    }

    /// A run, as far as it is known.
    pub(super) fn run(&self, section: usize, index: usize, run: &Run) {
        let message = message("run", &json!({ "section": section, "index": index, "run": run }));
        let mut state = self.state();
        state.runs.insert((section, index), message.clone());
        state.tell(&message);
    }

    /// How many predictions there are.
    pub(super) fn answers(&self, answers: usize) {
        let message = message("answers", &json!(answers));
        let mut state = self.state();
        state.answers = Some(message.clone());
        state.tell(&message);
    }

    /// The race starts.
    pub(super) fn room_is_closed(&self) {
        let message = message("closed", &json!(true));
        let mut state = self.state();
        state.answers = Some(message.clone());
        state.tell(&message);
    }

    /// The last message.
    pub(super) fn over(&self, page: &Page) {
        let message = Message { name: "over", data: page.json().into() };
        let mut state = self.state();
        state.tell(&message);
        state.over = Some(message);
        state.browsers.clear();
    }

    /// No state is left half changed: what a thread that panicked has left can be used.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A browser that is gone, or whose queue is full, is dropped.
    fn tell(&mut self, message: &Message) {
        self.browsers.retain(|browser| browser.try_send(message.clone()).is_ok());
    }
}

fn message(name: &'static str, data: &serde_json::Value) -> Message {
    Message { name, data: data.to_string().into() }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
