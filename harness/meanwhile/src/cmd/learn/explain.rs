//! A prediction against a run: makes the runs that questions are about, and says for each answer whether it was right.
//!
//! *How it waits*: for each run to end, one after the other; every run is bounded.

mod measure;

use std::collections::BTreeMap;

use exercises::Workspace;
use exercises::explain::{ANSWERS_FILE, Answer, Answers, ExplainedRun, Explanation, Plan, Question, StepB};

use self::measure::Made;
use super::check::{self, Wishes};
use crate::painted::PictureSize;
use crate::{Error, screen, text};

/// Columns where standard output is no terminal.
const PIPED_WIDTH: usize = 100;

/// Compares the answers with the runs, and shows what came of it; whether all of them were right.
pub(super) fn check(
    workspace: &mut Workspace,
    explanation: &Explanation,
    wishes: Wishes<'_>,
) -> Result<bool, Error> {
    let answers = answers(workspace, explanation)?;
    let mut made = BTreeMap::new();
    for (name, run) in &explanation.runs {
        let run = Made::by(run).map_err(|error| match error {
            Error::Broken(why) => Error::Broken(format!("the run {name}: {why}")),
            other => other,
        })?;
        made.insert(name.as_str(), run);
    }
    let mut points = 0;
    let mut shown = String::new();
    for (question, predicted) in explanation.questions.iter().zip(&answers) {
        let measured = measured(question, explanation, &made)?;
        let is_right = question.is_right(predicted, &measured);
        points += u32::from(is_right);
        shown += &verdict(question, predicted, &measured, is_right);
    }
    let has_passed = points == explanation.points();
    check::note(workspace, points, has_passed)?;
    text::say(&shown)?;
    if !wishes.no_picture {
        text::say(&pictures(explanation, made)?)?;
    }
    let next = if has_passed { "Go on: meanwhile learn next\n" } else { "" };
    text::say(&format!("{points} of {} predictions were right.\n{next}", explanation.points()))?;
    Ok(has_passed)
}

/// An answer to each question, in their order.
fn answers(workspace: &Workspace, explanation: &Explanation) -> Result<Vec<Answer>, Error> {
    let file = workspace.current().join(ANSWERS_FILE);
    let Answers(mut given) = Answers::read(&file).map_err(Error::Usage)?;
    let taken = explanation.questions.iter().map(|question| {
        let answer = given.remove(&question.name).ok_or_else(|| {
            let cure = "predict first, the run comes afterwards";
            Error::Usage(format!("{}: {} has no answer yet: {cure}", file.display(), question.name))
        })?;
        question.accepts(&answer).map_err(|why| Error::Usage(format!("{}: {why}", file.display())))?;
        Ok(answer)
    });
    let answers = taken.collect::<Result<_, Error>>()?;
    match given.keys().next() {
        Some(other) => {
            let cure = "keep the names that the file had";
            Err(Error::Usage(format!("{}: no question is called {other}: {cure}", file.display())))
        }
        None => Ok(answers),
    }
}

fn measured(
    question: &Question,
    explanation: &Explanation,
    made: &BTreeMap<&str, Made>,
) -> Result<Answer, Error> {
    let (name, run) = (question.run.as_str(), explanation.runs.get(&question.run));
    let measured = made.get(name).zip(run).and_then(|(made, run)| made.measured(question, run));
    measured.ok_or_else(|| {
        let why = "this system does not show it: it needs Linux with /proc";
        Error::Broken(format!("measuring {} in the run {name}: {why}", question.name))
    })
}

fn verdict(question: &Question, predicted: &Answer, measured: &Answer, is_right: bool) -> String {
    let unit = question.measured.unit();
    let with_unit = |answer: &Answer| format!("{answer} {unit}").trim_end().to_owned();
    let width = screen::width().unwrap_or(PIPED_WIDTH);
    let word = if is_right { "right" } else { "wrong" };
    let text = screen::wrapped(&format!("{word}: {} ({})", question.text, question.name), width, "");
    let (predicted, measured) = (with_unit(predicted), with_unit(measured));
    let read = if is_right { String::new() } else { format!("  read       docs/src/{}\n", question.read) };
    format!("{text}\n  predicted  {predicted}\n  measured   {measured}\n{read}\n")
}

/// Each run in words, with its picture where it was watched.
fn pictures(explanation: &Explanation, made: BTreeMap<&str, Made>) -> Result<String, Error> {
    let mut shown = String::new();
    for (name, made) in made {
        let about = explanation.runs.get(name).map(about).unwrap_or_default();
        shown += &format!("The run {name}: {about}\n\n");
        if let Some(timeline) = made.into_timeline() {
            shown += &format!("{}\n", PictureSize::default().pictures(&[timeline]));
        }
    }
    Ok(shown)
}

fn about(run: &ExplainedRun) -> String {
    let plan = match run.plan {
        Plan::Calls(calls) => format!("{calls} calls"),
        Plan::Diamond(StepB::Answered) => "a diamond".into(),
        Plan::Diamond(StepB::Closed) => {
            return format!("{}, a diamond whose B is closed while C and D wait", run.model);
        }
    };
    let workers = run.workers.map(|workers| format!(", {workers} workers")).unwrap_or_default();
    let limit = run.in_flight.map(|most| format!(", at most {most} in flight")).unwrap_or_default();
    let work =
        if run.work_ms > 0 { format!(", {} ms of work with each reply", run.work_ms) } else { String::new() };
    format!("{}, {plan}, each answered after {} ms{workers}{limit}{work}", run.model, run.latency_ms)
}
