//! `meanwhile race`: the same calls to several contestants, one process each, as a table, as JSON and as CSV.
//!
//! *What to notice*: a race that ends early, by Ctrl-C or because something broke, shows and writes what it has measured.

use std::process::ExitCode;

use timeline::page::{Candidate, Page, Section};
use timeline::{File, Timeline};

use crate::live::{Live, Prediction};
use crate::pictures::PictureFiles;
use crate::race::{Contestant, Environment, RaceArgs, RaceReport, Track, notes, table};
use crate::results_file::ResultsFile;
use crate::{Error, descriptors, race, text};

/// Runs the race, and shows or writes its results.
///
/// # Errors
/// The options contradict each other; something around the contestants broke; or Ctrl-C was pressed. A contestant that
/// fails is no error: its row says so, and the exit status is 1.
pub(super) fn race(args: &RaceArgs) -> Result<ExitCode, Error> {
    let contestants = Contestant::all(args).map_err(Error::Usage)?;
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..));
    args.check(seed)?;
    let outputs = Outputs::open(args)?;
    let limit = descriptors::provide_for(most_in_flight(args, &contestants))?;
    let live = Live::open(&args.live, headings(args), candidates(&contestants))?;
    let mut track = Track::open(args, contestants, seed)?;
    if args.pictures.are_wanted() || args.live.live.is_some() {
        track.watch();
    }
    if let Some(live) = live {
        live.begin()?;
        track.show_live(live);
    }
    let mut report = RaceReport::new(Environment::new(args, seed, limit));
    let ended = run(&mut track, args, &outputs, &mut report);
    let shown = match report.has_rounds() {
        true => outputs.show(|| notes::notes(&report, args)),
        false => Ok(()),
    };
    let live = track.take_live();
    let timelines = track.timelines();
    let predictions = live.as_ref().and_then(|live| predictions(live, &report));
    let page = || race::of_race(&report, args, &timelines, predictions.clone());
    if let Some(live) = live {
        live.end(&page());
    }
    outputs.write(&report, &timelines, page)?;
    shown.and(ended)?;
    Ok(if report.all_answered() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A heading for each number of calls.
fn headings(args: &RaceArgs) -> Vec<(usize, String)> {
    args.numbers_of_calls().into_iter().map(|calls| (calls.get(), args.headline(calls.get()))).collect()
}

/// What a room predicts about.
fn candidates(contestants: &[Contestant]) -> Vec<Candidate> {
    let candidate = |contestant: &Contestant| Candidate {
        name: contestant.name().to_owned(),
        waits: contestant.waits().map(String::from),
    };
    contestants.iter().map(candidate).collect()
}

/// What the room predicted, over the results with the most calls.
fn predictions(live: &Live, report: &RaceReport) -> Option<Section> {
    let most = report.results.iter().map(|standing| standing.calls).max()?;
    let of = |name: &str| {
        report.results.iter().find(|standing| standing.calls == most && standing.contestant == name)
    };
    live.predictions(|name, what| match what {
        Prediction::Time => of(name)?.median.as_ref().map(|median| median.wall_s),
        Prediction::Order => of(name)?.rank.map(|rank| rank as f64),
    })
}

/// Runs the race for each number of calls, and adds to the report as far as it gets.
fn run(
    track: &mut Track<'_>,
    args: &RaceArgs,
    outputs: &Outputs,
    report: &mut RaceReport,
) -> Result<(), Error> {
    for calls in args.numbers_of_calls() {
        let raced = track.race(calls.get());
        if raced.stopped.is_none() || raced.has_rounds() {
            outputs.show(|| table::table(&raced.standings, args))?;
        }
        report.results.extend(raced.standings);
        report.environment.order.extend(raced.orders);
        if let Some(error) = raced.stopped {
            report.environment.ended_early = true;
            return Err(error);
        }
    }
    Ok(())
}

/// The mock holds as many connections as the contestant that makes most of them at once.
fn most_in_flight(args: &RaceArgs, contestants: &[Contestant]) -> usize {
    contestants.iter().map(|contestant| contestant.at_once(args, args.most_calls())).max().unwrap_or(0)
}

/// Where results go, tried before the race: a name that can't be written must not cost a minute first.
struct Outputs {
    json: Option<ResultsFile>,
    csv: Option<ResultsFile>,
    pictures: PictureFiles,
}

impl Outputs {
    fn open(args: &RaceArgs) -> Result<Self, Error> {
        let json = args.json.as_deref().map(ResultsFile::open).transpose()?;
        let csv = args.csv.as_deref().map(ResultsFile::open).transpose()?;
        let outputs = Self { json, csv, pictures: args.pictures.open()? };
        if let Some((one, other)) = outputs.that_are_one() {
            let fault = format!("{one} and {other} want the same file: give one a file of its own");
            return Err(Error::Usage(fault));
        }
        Ok(outputs)
    }

    /// Each file, and the option that names it.
    fn files(&self) -> impl Iterator<Item = (&'static str, &ResultsFile)> {
        let json = self.json.iter().map(|file| ("--json", file));
        let csv = self.csv.iter().map(|file| ("--csv", file));
        json.chain(csv).chain(self.pictures.files())
    }

    /// Two options that want the same file.
    fn that_are_one(&self) -> Option<(&'static str, &'static str)> {
        let files: Vec<_> = self.files().collect();
        let pairs = files
            .iter()
            .enumerate()
            .flat_map(|(at, one)| files[at + 1..].iter().map(move |other| (one, other)));
        pairs.into_iter().find(|(one, other)| one.1.is_same_as(other.1)).map(|(one, other)| (one.0, other.0))
    }

    fn show(&self, shown: impl FnOnce() -> String) -> Result<(), Error> {
        let is_for_people = !self.files().any(|(_, file)| file.is_standard_output());
        if is_for_people { text::say(&shown()) } else { Ok(()) }
    }

    /// Writes each of them, also if another one cannot be written.
    fn write(
        self,
        report: &RaceReport,
        timelines: &[Timeline],
        page: impl FnOnce() -> Page,
    ) -> Result<(), Error> {
        let json = self.json.map_or(Ok(()), |file| file.write(|out| report.write_json(out)));
        let csv = self.csv.map_or(Ok(()), |file| file.write(|out| report.write_csv(out)));
        let header = report.environment.timeline_header();
        let file = File { header, timelines: timelines.to_vec() };
        json.and(csv).and(self.pictures.write_with_page(&file, page))
    }
}
