//! Draws of each distribution, and the text they are written in.

use super::{Jitter, Latency};
use std::time::Duration;

const BASE: Duration = Duration::from_millis(100);
const DRAWS: usize = 10_000;

fn latencies(jitter: Jitter, seed: u64) -> Vec<Duration> {
    let latency = Latency::new(BASE, jitter, seed);
    (0..DRAWS).map(|_| latency.next(None)).collect()
}

/// Milliseconds below which `share` of the draws lie.
fn quantile_ms(jitter: Jitter, share: f64) -> f64 {
    let mut latencies = latencies(jitter, 1);
    latencies.sort();
    latencies[(share * DRAWS as f64) as usize].as_secs_f64() * 1000.0
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 2.0, "{found} is not near {expected}");
}

#[test]
fn a_seed_repeats_its_latencies_and_another_seed_does_not() {
    let jitter = Jitter::Normal { deviation: Duration::from_millis(10) };
    assert_eq!(latencies(jitter, 3), latencies(jitter, 3));
    assert_ne!(latencies(jitter, 3), latencies(jitter, 4));
}

#[test]
fn the_first_latencies_of_a_seed_are_those_of_the_requests_in_their_order() {
    let jitter = Jitter::LongTail { scale: BASE, shape: 1.5 };
    let few: Vec<_> = jitter.latencies(BASE, 3).take(10).collect();
    assert_eq!(few, latencies(jitter, 3)[..10]);
    assert!(Jitter::None.latencies(BASE, 3).take(10).all(|latency| latency == BASE));
}

#[test]
fn a_restart_repeats_the_latencies() {
    let latency = Latency::new(BASE, Jitter::Uniform { spread: BASE }, 5);
    let five = || [(); 5].map(|()| latency.next(None));
    let first = five();
    assert_ne!(first, five());
    latency.restart();
    assert_eq!(first, five());
}

#[test]
fn a_request_that_brings_its_latency_gets_the_same_jitter() {
    let jitter = Jitter::Uniform { spread: Duration::from_millis(50) };
    let [own, asked] = [None, Some(2 * BASE)].map(|asked| Latency::new(BASE, jitter, 5).next(asked));
    near((asked - own).as_secs_f64() * 1000.0, 100.0);
    let plain = Latency::new(BASE, Jitter::None, 5);
    assert_eq!((plain.next(None), plain.next(Some(Duration::ZERO))), (BASE, Duration::ZERO));
}

#[test]
fn uniform_latencies_fill_their_range_evenly() {
    let jitter = Jitter::Uniform { spread: Duration::from_millis(40) };
    for (share, expected) in [(0.0, 60.0), (0.25, 80.0), (0.5, 100.0), (0.999, 140.0)] {
        near(quantile_ms(jitter, share), expected);
    }
}

#[test]
fn normal_latencies_have_their_deviation() {
    let jitter = Jitter::Normal { deviation: Duration::from_millis(20) };
    for (share, expected) in [(0.159, 80.0), (0.5, 100.0), (0.841, 120.0)] {
        near(quantile_ms(jitter, share), expected);
    }
}

#[test]
fn a_long_tail_is_never_early_and_rarely_very_late() {
    let jitter = Jitter::LongTail { scale: Duration::from_millis(10), shape: 2.0 };
    for (share, expected) in [(0.0, 100.0), (0.5, 104.1), (0.99, 190.0)] {
        assert!((quantile_ms(jitter, share) - expected).abs() < 0.1 * expected);
    }
    assert!(latencies(jitter, 1).iter().max() <= Some(&(BASE + Duration::from_secs(10))));
}

#[test]
fn no_latency_falls_below_zero() {
    let jitter = Jitter::Normal { deviation: Duration::from_secs(1) };
    assert_eq!(latencies(jitter, 1).into_iter().min(), Some(Duration::ZERO));
}

#[test]
fn jitter_is_read_as_it_is_written() {
    for text in ["none", "uniform:200", "normal:50", "long-tail:100:1.5"] {
        assert_eq!(text.parse::<Jitter>().expect("a jitter").to_string(), text);
    }
    for text in ["", "uniform", "uniform:-1", "normal:soon", "long-tail:100:0", "long-tail:1:inf", "none:1"] {
        assert!(text.parse::<Jitter>().is_err(), "{text}");
    }
}
