//! Every exercise grades what it says: for `make exercises`.
//!
//! *What to notice*: three kinds of crates, built from one source. A starter compiles without a warning, and each requirement
//! fails on it for its declared reason. A reference passes. A wrong answer is caught by the requirement that it names, and breaks
//! no other than those that it declares. This program is its own worker, as the grader is.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use conformance::{Verdict, WORKER_ARGUMENT};
use exercises::{Built, Course, Exercise, Judged, Kind, Package, STUB, Sources, Wrong, build, judge};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(WORKER_ARGUMENT) {
        return conformance::worker_outside();
    }
    let course = Course::open(&clone()).expect("exercises that can be read");
    let trials = course.exercises.iter().filter(|exercise| exercise.runs_here()).flat_map(trials).collect();
    let mut arguments = Arguments::from_args();
    // One builds while the other waits: more would disturb each other's CPU time.
    arguments.test_threads = arguments.test_threads.or(Some(2));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(exercise: &Exercise) -> Vec<Trial> {
    let name = &exercise.name;
    let mut trials = Vec::new();
    if exercise.kind == Kind::Build {
        let exercise = exercise.clone();
        trials.push(Trial::test(format!("{name}::starter"), move || starter_fails(&exercise)));
    }
    let own = exercise.clone();
    trials.push(Trial::test(format!("{name}::reference"), move || reference_passes(&own)));
    for wrong in exercise.wrong_answers().expect("wrong answers that can be read") {
        let exercise = exercise.clone();
        trials
            .push(Trial::test(format!("{name}::{}", wrong.name), move || wrong_is_caught(&exercise, &wrong)));
    }
    trials
}

fn starter_fails(exercise: &Exercise) -> Result<(), Failed> {
    let built = built(exercise, "starter", &reference(exercise)?.with_holes(exercise)?)?;
    if !built.warnings.is_empty() {
        return Err(format!("the starter has warnings:\n{}", built.warnings.join("\n")).into());
    }
    let judged = judged(exercise, &built)?;
    let mut complaints = Vec::new();
    for requirement in &exercise.requirements {
        let reason = requirement.starter.as_deref().unwrap_or(STUB);
        let row = judged.findings.rows.iter().find(|row| row.name == requirement.name);
        match row.map(|row| &row.verdict) {
            Some(Verdict::Broken(why)) if why.contains(reason) => {}
            other => complaints.push(format!("\"{}\": {other:?}, not \"{reason}\"", requirement.name)),
        }
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("\n").into()) }
}

fn reference_passes(exercise: &Exercise) -> Result<(), Failed> {
    let judged = judged(exercise, &built(exercise, "reference", &reference(exercise)?)?)?;
    if judged.has_passed() { Ok(()) } else { Err(all_broken(&judged).into()) }
}

/// On a busy machine a mistake may stay unseen once: what is tried again says so.
fn wrong_is_caught(exercise: &Exercise, wrong: &Wrong) -> Result<(), Failed> {
    const ATTEMPTS: usize = 3;
    let sources = reference(exercise)?.with_wrong(wrong)?;
    let built = built(exercise, &wrong.name, &sources)?;
    let mut last = String::new();
    for attempt in 1..=ATTEMPTS {
        match fault_of(wrong, &judged(exercise, &built)?) {
            None => return Ok(()),
            Some(why) => last = why,
        }
        eprintln!("{}::{}, attempt {attempt}: {last}", exercise.name, wrong.name);
    }
    Err(last.into())
}

/// Why this is not the verdict that a wrong answer has to get.
fn fault_of(wrong: &Wrong, judged: &Judged) -> Option<String> {
    let first = judged.first_broken();
    if first != Some(wrong.caught_by.as_str()) {
        let broken = all_broken(judged);
        return Some(format!("caught by {first:?}, not by \"{}\"; {broken}", wrong.caught_by));
    }
    let may: BTreeSet<_> = wrong.also_breaks.iter().chain([&wrong.caught_by]).collect();
    let broken = judged.findings.broken().map(|(row, _)| row.breaks.as_ref().unwrap_or(&row.name));
    let others: BTreeSet<_> = broken.filter(|name| !may.contains(name)).collect();
    let why = || format!("also breaks {others:?}, which it does not declare; {}", all_broken(judged));
    (!others.is_empty()).then(why)
}

fn all_broken(judged: &Judged) -> String {
    let broken = judged.findings.broken().map(|(row, why)| format!("{} ({:?}): {why}", row.name, row.breaks));
    let skipped = judged.findings.skipped().map(|(row, why)| format!("{}: skipped: {why}", row.name));
    format!("broken:\n{}", broken.chain(skipped).collect::<Vec<_>>().join("\n"))
}

fn reference(exercise: &Exercise) -> Result<Sources, String> {
    Sources::read(&clone().join("crates").join(&exercise.crate_folder))
}

/// All of them are compiled into one folder, which is kept: what they depend on is compiled once.
fn built(exercise: &Exercise, variant: &str, sources: &Sources) -> Result<Built, Failed> {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("exercises");
    let folder = all.join(format!("{}-{variant}", exercise.name));
    Package::write(&folder, exercise, &clone(), sources)?;
    Ok(build(&folder, &all.join("target"), false).map_err(|why| why.errors.join("\n"))?)
}

fn judged(exercise: &Exercise, built: &Built) -> Result<Judged, Failed> {
    let this = std::env::current_exe()?;
    let worker = || {
        let mut command = Command::new(&this);
        command.arg(WORKER_ARGUMENT);
        command
    };
    Ok(judge(built, exercise, &worker, &mut |_| ControlFlow::Continue(()))?)
}

fn clone() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.ancestors().nth(2).expect("this package is in harness").into()
}
