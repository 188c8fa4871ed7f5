//! Code that the benches share: a model beside a mock, with answers that are checked.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Model, Run};
use downstream_mock::{Config, Mock};
use meanwhile::models::{Entry, MODELS, Setup};

/// The models that can be made here.
pub fn models() -> impl Iterator<Item = &'static Entry> {
    MODELS.iter().filter(|entry| (entry.new)(&Setup::default()).is_ok())
}

/// What to tell a person who asked for benches of which none has run: Criterion says nothing.
///
/// What only lists or compares runs none, and is right.
#[must_use]
pub fn complaint(has_run: bool, arguments: impl IntoIterator<Item = String>) -> Option<String> {
    let runs_none = |argument: &String| argument == "--list" || argument.starts_with("--load-baseline");
    let arguments: Vec<_> = arguments.into_iter().filter(|argument| argument != "--bench").collect();
    if has_run || arguments.iter().any(runs_none) {
        return None;
    }
    Some(format!("no bench matches {}: cargo bench -- --list shows them all", arguments.join(" ")))
}

/// A model beside a mock of a certain latency, both made before anything is timed.
pub struct Pair {
    mock: Mock,
    model: Box<dyn Model>,
}

impl Pair {
    /// Starts both.
    ///
    /// # Panics
    /// Either cannot be made here.
    #[must_use]
    pub fn new(entry: &Entry, latency: Duration) -> Self {
        let mock = Mock::start(Config { latency, ..Config::default() }).expect("a mock");
        let model = (entry.new)(&Setup::default()).expect("a model of this platform");
        Self { mock, model }
    }

    /// How long `rounds` runs of `count` calls take, at most `in_flight` at once. The answers are checked after each
    /// run, outside the timed part.
    ///
    /// # Panics
    /// An answer is missing or wrong.
    pub fn fan_out(&mut self, rounds: u64, count: usize, in_flight: usize) -> Duration {
        let in_flight = NonZeroUsize::new(in_flight).expect("a limit above zero");
        let run = Run { in_flight, ..Run::default() };
        let calls: Vec<_> = (0..count).map(|id| self.call(&format!("/echo/{id}"))).collect();
        let mut total = Duration::ZERO;
        for _ in 0..rounds {
            let start = Instant::now();
            let outcomes = self.model.fan_out(&run, &calls).expect("a working model");
            total += start.elapsed();
            assert_eq!(outcomes.len(), count);
            for (id, outcome) in outcomes.into_iter().enumerate() {
                assert_eq!(outcome.expect("a reply").body, id.to_string().into_bytes());
            }
        }
        total
    }

    /// How long `rounds` diamonds take, checked as above.
    ///
    /// # Panics
    /// The last answer is not the diamond's end.
    pub fn diamond(&mut self, rounds: u64) -> Duration {
        let plan = Diamond::new(self.call("/diamond"));
        let mut total = Duration::ZERO;
        for _ in 0..rounds {
            let start = Instant::now();
            let outcome = self.model.diamond(&Run::default(), &plan).expect("a working model");
            total += start.elapsed();
            let reply = outcome.expect("a reply");
            assert_eq!(reply.body, downstream_mock::DIAMOND_COMPLETE.as_bytes());
        }
        total
    }

    fn call(&self, path: &str) -> Call {
        Call::get(&format!("{}{path}", self.mock.url()), Duration::from_secs(30)).expect("the mock's own URL")
    }
}
