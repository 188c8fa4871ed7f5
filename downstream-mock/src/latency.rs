//! How long an answer takes: a latency, and jitter drawn from a seed.
//!
//! *What to notice*: the nth request gets the nth draw, whatever its path is, so that a run can be repeated. In a heat the nth
//! *call* has the nth draw instead (`heat.rs`): requests arrive in another order from each contestant.
//!
//! *What is deliberately missing*: a library of distributions. Three are enough, and each is one line.

use fastrand::Rng;
use std::{
    f64::consts::TAU,
    fmt, iter,
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How latencies differ from request to request. No latency falls below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Jitter {
    /// Not at all.
    #[default]
    None,
    /// Evenly, by up to `spread` to either side.
    Uniform {
        /// The greatest distance from the latency.
        spread: Duration,
    },
    /// In a bell around the latency.
    Normal {
        /// The standard deviation.
        deviation: Duration,
    },
    /// Only upwards: most draws are small, a few are very large (Pareto type II, also called Lomax).
    LongTail {
        /// What the excess is measured in: half of all requests exceed `scale * (2^(1/shape) - 1)`.
        scale: Duration,
        /// How fast the tail gets thinner, above 0: with 3 large draws are rare, with 1 they are common. An excess
        /// stays below 1,000 scales.
        shape: f64,
    },
}

impl Jitter {
    /// One latency after the other, all drawn from a seed: the same seed has the same ones, however many are taken.
    pub fn latencies(self, base: Duration, seed: u64) -> impl Iterator<Item = Duration> {
        let mut draws = Rng::with_seed(seed);
        iter::repeat_with(move || self.latency(base, &mut draws))
    }

    fn latency(self, base: Duration, draws: &mut Rng) -> Duration {
        if self == Self::None {
            return base;
        }
        let latency_s = base.as_secs_f64() + self.draw_s(draws);
        Duration::from_secs_f64(latency_s.max(0.0))
    }

    /// What to add to a latency, in seconds.
    fn draw_s(self, draws: &mut Rng) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Uniform { spread } => spread.as_secs_f64() * (2.0 * draws.f64() - 1.0),
            Self::Normal { deviation } => deviation.as_secs_f64() * standard_normal(draws),
            Self::LongTail { scale, shape } => {
                let excess = (1.0 - draws.f64()).powf(-1.0 / shape) - 1.0;
                scale.as_secs_f64() * excess.min(1_000.0)
            }
        }
    }
}

/// Mean 0, deviation 1, by Box and Muller (1958); `1 - x` keeps zero away from the logarithm.
fn standard_normal(draws: &mut Rng) -> f64 {
    (-2.0 * (1.0 - draws.f64()).ln()).sqrt() * (TAU * draws.f64()).cos()
}

/// Reads `none`, `uniform:SPREAD_MS`, `normal:DEVIATION_MS` or `long-tail:SCALE_MS:SHAPE`.
impl FromStr for Jitter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts[..] {
            ["none"] => Ok(Self::None),
            ["uniform", spread] => Ok(Self::Uniform { spread: milliseconds(spread)? }),
            ["normal", deviation] => Ok(Self::Normal { deviation: milliseconds(deviation)? }),
            ["long-tail", scale, shape] => {
                Ok(Self::LongTail { scale: milliseconds(scale)?, shape: above_zero(shape)? })
            }
            _ => Err("no such jitter: use none, uniform:MS, normal:MS or long-tail:MS:SHAPE".into()),
        }
    }
}

/// Writes what [`FromStr`] reads; fractions of a millisecond are lost.
impl fmt::Display for Jitter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(formatter, "none"),
            Self::Uniform { spread } => write!(formatter, "uniform:{}", spread.as_millis()),
            Self::Normal { deviation } => write!(formatter, "normal:{}", deviation.as_millis()),
            Self::LongTail { scale, shape } => write!(formatter, "long-tail:{}:{shape}", scale.as_millis()),
        }
    }
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    let number: u32 = text.parse().map_err(|_| format!("{text:?} is not a whole number of milliseconds"))?;
    Ok(Duration::from_millis(number.into()))
}

fn above_zero(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if number > 0.0 && f64::is_finite(number) => Ok(number),
        _ => Err(format!("{text:?} is not a number above zero")),
    }
}

/// The latency of the server, and the draws its jitter has left.
pub(crate) struct Latency {
    base: Duration,
    jitter: Jitter,
    seed: u64,
    draws: Mutex<Rng>,
}

impl Latency {
    pub(crate) fn new(base: Duration, jitter: Jitter, seed: u64) -> Self {
        Self { base, jitter, seed, draws: Mutex::new(Rng::with_seed(seed)) }
    }

    /// The latency of the next request: the one it asks for, or else the server's, with jitter.
    pub(crate) fn next(&self, asked: Option<Duration>) -> Duration {
        let base = asked.unwrap_or(self.base);
        if self.jitter == Jitter::None {
            return base;
        }
        self.jitter.latency(base, &mut self.draws.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn restart(&self) {
        *self.draws.lock().unwrap_or_else(PoisonError::into_inner) = Rng::with_seed(self.seed);
    }
}

#[cfg(test)]
#[path = "latency_tests.rs"]
mod tests;
