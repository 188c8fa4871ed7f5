//! A model beside a mock, with answers that are checked after each run, outside the timed part.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use downstream_call::{Call, Diamond, Model, Run};
use downstream_mock::{Config, Mock};
use meanwhile::models::{Entry, Setup};

use crate::groups::{Group, Shape};

/// A model beside a mock of a certain latency, both made before anything is timed.
pub struct Pair {
    mock: Mock,
    model: Box<dyn Model>,
    shape: Shape,
}

impl Pair {
    /// Starts both.
    ///
    /// # Panics
    /// Either cannot be made here.
    #[must_use]
    pub fn new(group: &Group, entry: &Entry) -> Self {
        let config = Config { latency: group.latency, ..Config::default() };
        let mock = Mock::start(config).expect("a mock");
        let model = (entry.new)(&Setup::default()).expect("a model of this platform");
        Self { mock, model, shape: group.shape }
    }

    /// How long this number of iterations of the group's calls takes.
    ///
    /// # Panics
    /// An answer is missing or wrong.
    pub fn time(&mut self, iterations: u64) -> Duration {
        match self.shape {
            Shape::FanOut { calls, in_flight } => self.fan_out(iterations, calls, in_flight),
            Shape::Diamond => self.diamond(iterations),
        }
    }

    fn fan_out(&mut self, iterations: u64, count: usize, in_flight: usize) -> Duration {
        let in_flight = NonZeroUsize::new(in_flight).expect("a limit above zero");
        let run = Run { in_flight, ..Run::default() };
        let calls: Vec<_> = (0..count).map(|id| self.call(&format!("/echo/{id}"))).collect();
        let mut total = Duration::ZERO;
        for _ in 0..iterations {
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

    fn diamond(&mut self, iterations: u64) -> Duration {
        let plan = Diamond::new(self.call("/diamond"));
        let mut total = Duration::ZERO;
        for _ in 0..iterations {
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
