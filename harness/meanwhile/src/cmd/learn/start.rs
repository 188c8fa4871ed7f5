//! Choosing an exercise: the list, a new folder, the next one, a hunt, a fresh start.

use std::path::Path;
use std::process::ExitCode;

use comfy_table::CellAlignment::{self, Left, Right};
use exercises::Workspace;

use super::offered::Offered;
use super::{place, said};
use crate::grid::{self, Column, Rule};
use crate::{Error, screen};

/// Shows every exercise, and how far the student has come.
pub(super) fn list() -> Result<ExitCode, Error> {
    let (workspace, course) = place::anywhere()?;
    let rows = Offered::all(&course).into_iter().map(|offered| Row::new(offered, workspace.as_ref()));
    let rows: Vec<_> = rows.collect();
    let lines = grid::lines(&columns(), &rows, Rule::None, screen::width());
    said(&format!("{}\n\n{}\n", lines.join("\n"), what_next(workspace.as_ref())))
}

/// One exercise in the list.
struct Row {
    state: &'static str,
    name: String,
    title: String,
    minutes: String,
    points: String,
}

impl Row {
    fn new(offered: Offered<'_>, workspace: Option<&Workspace>) -> Self {
        let work = workspace.and_then(|here| here.progress.work.get(offered.name()));
        let state = match work {
            Some(work) if work.passed => "passed",
            Some(_) => "begun",
            None if !offered.runs_here() => "needs linux",
            None => "",
        };
        Self {
            state,
            name: offered.name().into(),
            title: offered.title().into(),
            minutes: offered.minutes().to_string(),
            points: format!("{} of {}", work.map_or(0, |work| work.points), offered.points()),
        }
    }
}

fn columns() -> [Column<Row>; 5] {
    [
        column("exercise", 0, Left, |row| row.name.clone()),
        column("", 2, Left, |row| row.title.clone()),
        column("minutes", 1, Right, |row| row.minutes.clone()),
        column("points", 0, Right, |row| row.points.clone()),
        column("", 0, Left, |row| row.state.into()),
    ]
}

fn column(
    header: &'static str,
    gives_way: u8,
    alignment: CellAlignment,
    cell: fn(&Row) -> String,
) -> Column<Row> {
    Column { header, gives_way, alignment, wraps_to: None, cell }
}

fn what_next(workspace: Option<&Workspace>) -> String {
    match workspace {
        Some(here) => {
            let current = &here.progress.current;
            let has_passed = here.progress.work.get(current).is_some_and(|work| work.passed);
            let step = if has_passed { "next" } else { "watch" };
            format!("You are at {current}. Go on with: meanwhile learn {step}")
        }
        None => "Begin with: meanwhile learn init DIR [EXERCISE]".into(),
    }
}

/// Makes the student's folder.
pub(super) fn init(folder: &Path, exercise: Option<&str>) -> Result<ExitCode, Error> {
    let (_, course) = place::anywhere()?;
    let all = Offered::all(&course);
    let offered = match exercise {
        Some(name) => Offered::named(&course, name)?,
        None => *all.first().ok_or_else(|| Error::Usage("there is no exercise".into()))?,
    };
    let folder = std::path::absolute(folder).map_err(|error| Error::broken(folder.display(), error))?;
    if folder.starts_with(&course.clone) {
        let clone = course.clone.display();
        let cure = "choose a folder outside, so that a broken exercise never breaks the clone's build";
        return Err(Error::Usage(format!("{} is in the clone {clone}: {cure}", folder.display())));
    }
    let mut workspace = Workspace::init(&folder, &course).map_err(Error::Broken)?;
    let place = offered.begin(&mut workspace, &course)?;
    let first = "The first build compiles the suite, once for all exercises; after that an edit has its verdict in seconds.";
    let begun = begun(&about(offered), &place, offered.task());
    said(&match offered {
        Offered::Build(_) => format!("{begun}{first}\n"),
        Offered::Explain(_) => begun,
    })
}

/// Goes on with an exercise.
pub(super) fn next(name: Option<&str>) -> Result<ExitCode, Error> {
    let (mut workspace, course) = place::here()?;
    let has_passed = |name: &str| workspace.progress.work.get(name).is_some_and(|work| work.passed);
    let chosen = match name {
        Some(name) if workspace.progress.work.get(name).is_some_and(|work| work.seed.is_some()) => {
            workspace.progress.current = name.into();
            workspace.save().map_err(Error::Broken)?;
            return said(&begun("The hunt", &workspace.current(), HUNT));
        }
        Some(name) => Some(Offered::named(&course, name)?),
        None => {
            let mut all = Offered::all(&course).into_iter();
            all.find(|offered| offered.runs_here() && !has_passed(offered.name()))
        }
    };
    let Some(offered) = chosen else {
        return said("All exercises have passed. Hunt a defect: meanwhile learn hunt\n");
    };
    let place = offered.begin(&mut workspace, &course)?;
    said(&begun(&about(offered), &place, offered.task()))
}

/// Begins a hunt.
pub(super) fn hunt(seed: Option<u32>) -> Result<ExitCode, Error> {
    /// A number that is easy to pass on.
    const SEEDS: u32 = 10_000;
    let (mut workspace, course) = place::here()?;
    let seed = seed.unwrap_or_else(|| fastrand::u32(..SEEDS));
    let place = workspace.begin_hunt(&course, seed.into()).map_err(Error::Broken)?;
    said(&begun(&format!("Hunt {seed}"), &place, HUNT))
}

/// Writes the starter again.
pub(super) fn reset() -> Result<ExitCode, Error> {
    let (mut workspace, course) = place::here()?;
    let kept = workspace.reset(&course).map_err(Error::Broken)?;
    let kept = kept.map_or(String::new(), |kept| format!("Your files are in {} now.\n", kept.display()));
    said(&format!("{} is as it was at the start.\n{kept}", workspace.progress.current))
}

/// What to do in the folder of a hunt.
const HUNT: &str = "The report is there. Edit the files in src, and see the verdict each time you save: meanwhile learn watch (in that folder)";

fn about(offered: Offered<'_>) -> String {
    format!("{} ({} minutes)", offered.title(), offered.minutes())
}

fn begun(title: &str, place: &Path, task: &str) -> String {
    let brief = place.join("README.md");
    let width = screen::width().unwrap_or(usize::MAX);
    format!("{title}: {}\n{}\n", brief.display(), screen::wrapped(task, width, ""))
}
