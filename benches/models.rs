//! Every model in each group; `cargo bench -- overhead`, `cargo bench -- diamond/serial` run a part.
//!
//! The groups are in `src/groups.rs`. Each bench has a model and a mock of its own, and answers are checked after each
//! iteration, outside the timed part. The mock is a thread of this process, so `overhead` is the cost of both ends;
//! `meanwhile race` measures a contestant alone, as a process.
//!
//! *What to notice*: Criterion measures one bench after the other, so it cannot draw the order again for each round, as a race does.

use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use benches::estimates::{self, LATEST};
use benches::groups::{GROUPS, Group};
use benches::models;
use benches::pair::Pair;
use criterion::{Criterion, SamplingMode, Throughput};
use meanwhile::models::{CHILD_ARGUMENT, child};

fn main() -> ExitCode {
    // A child of a model that is several processes, not a bench.
    if std::env::args().nth(1).as_deref() == Some(CHILD_ARGUMENT) {
        return child().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    let start = SystemTime::now();
    let mut criterion = settings().configure_from_args();
    let mut has_run = false;
    for group in GROUPS {
        has_run |= measure(&mut criterion, group);
    }
    criterion.final_summary();
    if let Some(complaint) = benches::complaint(has_run, std::env::args().skip(1)) {
        eprintln!("{complaint}");
        return ExitCode::FAILURE;
    }
    show_tables(start)
}

/// An iteration takes up to 50 ms, so that a sample of 100 ms holds at least two. Options on the command line win.
fn settings() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(2))
        .warm_up_time(Duration::from_millis(200))
        .nresamples(10_000)
}

/// Whether any bench of the group has run.
fn measure(criterion: &mut Criterion, group: &Group) -> bool {
    let mut has_run = false;
    let mut benches = criterion.benchmark_group(group.name);
    // All samples are equally long: the first and the last one mean the same.
    benches.sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(group.calls() as u64));
    for entry in models().filter(|entry| group.takes(entry)) {
        // Made once for all samples: the kernel takes back the memory of a ring only after a while, and may run out of it.
        let mut pair = None;
        benches.bench_function(entry.name, |bencher| {
            has_run = true;
            let pair = pair.get_or_insert_with(|| Pair::new(group, entry));
            bencher.iter_custom(|iterations| pair.time(iterations));
        });
    }
    benches.finish();
    has_run
}

/// The tables of what this run has measured. With `--test` or `--list` that is nothing.
fn show_tables(start: SystemTime) -> ExitCode {
    let folder = estimates::folder(env!("CARGO_TARGET_TMPDIR"));
    match benches::tables(&folder, LATEST, Some(start)) {
        Ok(tables) if tables.is_empty() => ExitCode::SUCCESS,
        Ok(tables) => {
            let page = folder.join("report").join("index.html");
            println!("{}\n distributions of all samples: {}", tables.join("\n"), page.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
