//! The track: contestants run on it one after the other, each watched and then judged.

use std::path::PathBuf;
use std::time::Duration;

use ::contestant::measure::Measured;
use ::contestant::text::human;
use ::contestant::{Evidence, Output, Process, interrupt};
use downstream_mock::{Config, Mock, Stats};

use super::board::Board;
use super::contestant::{Contestant, Heat};
use super::report::Standing;
use super::round::{Finish, Round};
use super::{RaceArgs, RoundOrder, patience, ranks};
use crate::Error;

/// How long a contestant may take beyond its expectation and its timeout.
const GRACE: Duration = Duration::from_secs(2);
/// How long the mock may take to see the end of all connections.
const SETTLE: Duration = Duration::from_secs(2);

/// Where the contestants run.
pub(crate) struct Track<'race> {
    args: &'race RaceArgs,
    contestants: Vec<Contestant>,
    random: fastrand::Rng,
    mock: Mock,
    meanwhile: PathBuf,
}

impl<'race> Track<'race> {
    /// Starts the mock.
    pub(crate) fn open(
        args: &'race RaceArgs,
        contestants: Vec<Contestant>,
        seed: u64,
    ) -> Result<Self, Error> {
        interrupt::listen()?;
        let config = Config { latency: args.latency, seed, ..Config::default() };
        let mock = Mock::start(config).map_err(|error| Error::broken("starting the mock", error))?;
        let meanwhile =
            std::env::current_exe().map_err(|error| Error::broken("finding this program's file", error))?;
        Ok(Self { args, contestants, random: fastrand::Rng::with_seed(seed), mock, meanwhile })
    }

    /// All rounds with this number of calls: the standings, and the order of each round.
    pub(crate) fn race(&mut self, calls: usize) -> Result<(Vec<Standing>, Vec<RoundOrder>), Error> {
        let url = format!("{}/echo/{{call}}", self.mock.url());
        let heat = Heat { args: self.args, url: &url, calls };
        let mut standings: Vec<_> =
            self.contestants.iter().map(|contestant| standing(contestant, heat)).collect();
        let mut board = Board::new(calls);
        let mut orders = Vec::new();
        for round in 1..=self.args.rounds.get() {
            board.headline(self.headline(calls, round));
            let order = self.draw(&standings);
            for &runner in &order {
                let finish = self.heat(&self.contestants[runner], heat, &mut board)?;
                standings[runner].note(finish);
            }
            let contestants = order.iter().map(|runner| standings[*runner].contestant.clone()).collect();
            orders.push(RoundOrder { calls, round, contestants });
        }
        standings.iter_mut().for_each(Standing::finish);
        ranks::assign(&mut standings);
        Ok((standings, orders))
    }

    fn headline(&self, calls: usize, round: usize) -> String {
        let headline = self.args.headline(calls);
        match self.args.rounds.get() {
            1 => headline,
            rounds => format!("{headline}: round {round} of {rounds}"),
        }
    }

    /// Draws the order of a round from the contestants that are still in the race.
    fn draw(&mut self, standings: &[Standing]) -> Vec<usize> {
        let mut order: Vec<_> = (0..standings.len()).filter(|runner| !standings[*runner].is_out()).collect();
        self.random.shuffle(&mut order);
        order
    }

    /// Runs one contestant once, and judges it when it is over.
    fn heat(&self, contestant: &Contestant, heat: Heat<'_>, board: &mut Board) -> Result<Finish, Error> {
        let mut lane = board.lane(contestant.name());
        if !self.is_idle() {
            return Err(Error::Broken(
                "connections to the mock stay open: end the program that a contestant left".into(),
            ));
        }
        self.mock.reset_stats();
        let command = contestant.command(&self.meanwhile, heat);
        let process = Process::start(&self.meanwhile, &command, heat.calls)
            .map_err(|error| Error::broken("starting a process to measure in", error))?;
        let limit = time_limit(contestant, heat);
        let output = process.wait(limit, |elapsed| lane.show(elapsed, &self.mock.stats()))?;
        let finish = match output {
            None => Finish::out(hung(limit, &self.mock.stats(), heat)),
            Some(_) if !self.is_idle() => Finish::out("left connections open behind it".into()),
            Some(output) => judge(heat, &output, &self.mock.stats()).unwrap_or_else(Finish::out),
        };
        lane.finish(&finish);
        Ok(finish)
    }

    /// Whether no connection to the mock is open, after a moment.
    fn is_idle(&self) -> bool {
        self.mock.wait_for(SETTLE, |stats| stats.open_connections == 0)
    }
}

/// At the start: without rounds, and perhaps out already.
fn standing(contestant: &Contestant, heat: Heat<'_>) -> Standing {
    Standing {
        contestant: contestant.name().into(),
        calls: heat.calls,
        latency_ms: heat.args.latency_ms(),
        not_run: patience::not_run(contestant, heat),
        ..Standing::default()
    }
}

/// When a contestant has to be ended. How many calls a program makes at once is not known, nor how long some work takes, so
/// every contestant has at least as long as patience lasts.
fn time_limit(contestant: &Contestant, heat: Heat<'_>) -> Duration {
    let expectation = heat.expectation(contestant).max(heat.args.patience);
    expectation.saturating_add(heat.args.how.timeout).saturating_add(GRACE)
}

fn hung(limit: Duration, stats: &Stats, heat: Heat<'_>) -> String {
    let Stats { requests, .. } = stats;
    format!("was ended after {}: it had asked for {requests} of {} calls", human(limit), heat.calls)
}

/// # Errors
/// There is nothing to judge by.
fn judge(heat: Heat<'_>, output: &Output, stats: &Stats) -> Result<Finish, String> {
    let usage = match &output.measured {
        Some(Measured::Ended(usage)) => usage,
        Some(Measured::NotStarted(error)) => return Err(format!("could not be started: {error}")),
        None => return Err("ended the process that measured it".into()),
    };
    let stdout = output.stdout.as_ref().ok_or("left a process behind that holds its output open")?;
    let in_flight = heat.args.how.allowed(heat.calls);
    let judgement = Evidence { calls: heat.calls, in_flight, stdout, usage, stats }.judge();
    let round = Round::new(usage, stats.peak_in_flight, judgement.ok, judgement.failed);
    Ok(Finish { round: Some(round), fault: judgement.fault })
}
