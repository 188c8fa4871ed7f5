//! Every model in four groups; `cargo bench -- overhead`, `cargo bench -- diamond/serial` run a part.
//!
//! | group | calls | what it shows |
//! |---|---|---|
//! | `two_calls` | 2 calls, 1 s each | whether calls wait at the same time |
//! | `hundred_calls` | 100 calls, 1 s each, without models that make one call at a time and would take 100 s | how many calls can wait |
//! | `overhead` | 1,000 calls at no latency, 64 in flight | what a call costs besides waiting |
//! | `diamond` | A, then B, C and D, then E, 20 ms each | what it costs that calls depend on each other |
//!
//! Outcomes are checked after each run, outside the timed part. The mock is a thread of this process, so `overhead` is
//! the cost of both ends; `meanwhile race` measures a contestant alone, as a process.

use std::cell::Cell;
use std::process::ExitCode;
use std::time::Duration;

use benches::{Pair, models};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};
use meanwhile::models::{AtOnce, CHILD_ARGUMENT, child};

const ONE_SECOND: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    // A child of a model that is several processes, not a bench.
    if std::env::args().nth(1).as_deref() == Some(CHILD_ARGUMENT) {
        return child().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let mut criterion = Criterion::default().nresamples(10_000).configure_from_args();
    let has_run = Cell::new(false);
    two_calls(&mut criterion, &has_run);
    hundred_calls(&mut criterion, &has_run);
    overhead(&mut criterion, &has_run);
    diamond(&mut criterion, &has_run);
    criterion.final_summary();
    match benches::complaint(has_run.get(), std::env::args().skip(1)) {
        None => ExitCode::SUCCESS,
        Some(complaint) => {
            eprintln!("{complaint}");
            ExitCode::FAILURE
        }
    }
}

fn two_calls(criterion: &mut Criterion, has_run: &Cell<bool>) {
    let mut group = ten_flat_samples(criterion, "two_calls");
    for entry in models() {
        group.bench_function(entry.name, |bencher| {
            has_run.set(true);
            let mut pair = Pair::new(entry, ONE_SECOND);
            bencher.iter_custom(|rounds| pair.fan_out(rounds, 2, 2));
        });
    }
}

fn hundred_calls(criterion: &mut Criterion, has_run: &Cell<bool>) {
    let mut group = ten_flat_samples(criterion, "hundred_calls");
    for entry in models().filter(|entry| entry.at_once != AtOnce::One) {
        group.bench_function(entry.name, |bencher| {
            has_run.set(true);
            let mut pair = Pair::new(entry, ONE_SECOND);
            bencher.iter_custom(|rounds| pair.fan_out(rounds, 100, 100));
        });
    }
}

fn overhead(criterion: &mut Criterion, has_run: &Cell<bool>) {
    let mut group = ten_flat_samples(criterion, "overhead");
    group.throughput(Throughput::Elements(1000));
    for entry in models() {
        group.bench_function(entry.name, |bencher| {
            has_run.set(true);
            let mut pair = Pair::new(entry, Duration::ZERO);
            bencher.iter_custom(|rounds| pair.fan_out(rounds, 1000, 64));
        });
    }
}

fn diamond(criterion: &mut Criterion, has_run: &Cell<bool>) {
    let mut group = ten_flat_samples(criterion, "diamond");
    for entry in models() {
        group.bench_function(entry.name, |bencher| {
            has_run.set(true);
            let mut pair = Pair::new(entry, Duration::from_millis(20));
            bencher.iter_custom(|rounds| pair.diamond(rounds));
        });
    }
}

/// Ten samples, each of as few runs as possible: a run that waits for a second is precise without repetition.
fn ten_flat_samples<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_millis(500));
    group
}
