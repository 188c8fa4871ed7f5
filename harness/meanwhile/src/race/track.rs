//! The track: contestants run on it one after the other, each watched and then judged.

use std::io;
use std::time::{Duration, Instant};

use ::contestant::measure::{Measured, Usage};
use ::contestant::text::human;
use ::contestant::{Evidence, Output, Process, interrupt, this_program};
use downstream_call::MachineClock;
use downstream_mock::{Config, Mock, Stats};
use observe::{Machine, Noise};
use timeline::Timeline;

use super::answered::Answered;
use super::board::{Board, Lane};
use super::contestant::{Contestant, Heat};
use super::latencies::latencies;
use super::report::Standing;
use super::round::{Finish, Round};
use super::watch::{Watching, most_events};
use super::{RaceArgs, RoundOrder, patience, ranks};
use crate::Error;
use crate::live::Live;

/// How long a contestant may take beyond its expectation and its timeout.
const GRACE: Duration = Duration::from_secs(2);
/// How long the mock may take to see the end of all connections.
const SETTLE: Duration = Duration::from_secs(2);

/// Where the contestants run.
pub(crate) struct Track<'race> {
    args: &'race RaceArgs,
    contestants: Vec<Contestant>,
    /// Where the order of rounds, and the jitter, start.
    seed: u64,
    random: fastrand::Rng,
    mock: Mock,
    is_watched: bool,
    /// Where browsers look on, if they may.
    live: Option<Live>,
    /// Those of the runs that were watched.
    timelines: Vec<Timeline>,
}

/// All rounds with one number of calls, as far as they were run.
pub(crate) struct Raced {
    pub(crate) standings: Vec<Standing>,
    pub(crate) orders: Vec<RoundOrder>,
    /// Why the race ended early, if it did.
    pub(crate) stopped: Option<Error>,
}

impl Raced {
    /// Takes in what came of one run of this round.
    fn note(&mut self, runner: usize, finish: Finish) {
        let standing = &mut self.standings[runner];
        standing.note(finish);
        if let Some(order) = self.orders.last_mut() {
            order.contestants.push(standing.contestant.clone());
        }
    }

    /// The race ended while this contestant ran.
    fn cut_short(&mut self, runner: usize, stats: &Stats) {
        let standing = &mut self.standings[runner];
        if standing.rounds.is_empty() {
            let calls = standing.calls;
            standing.not_run = Some(format!(
                "the race ended while it ran, with {} of {calls} calls answered",
                stats.answered
            ));
        }
        if let Some(order) = self.orders.last_mut() {
            order.contestants.push(standing.contestant.clone());
        }
    }

    /// Whether any contestant has run to its end.
    pub(crate) fn has_rounds(&self) -> bool {
        self.standings.iter().any(|standing| !standing.rounds.is_empty())
    }
}

impl<'race> Track<'race> {
    /// Starts the mock.
    pub(crate) fn open(
        args: &'race RaceArgs,
        contestants: Vec<Contestant>,
        seed: u64,
    ) -> Result<Self, Error> {
        interrupt::listen()?;
        let mock = start_mock(args)?;
        let random = fastrand::Rng::with_seed(seed);
        Ok(Self {
            args,
            contestants,
            seed,
            random,
            mock,
            is_watched: false,
            live: None,
            timelines: Vec::new(),
        })
    }

    /// From here on each run is watched, and has a timeline.
    pub(crate) fn watch(&mut self) {
        self.is_watched = true;
    }

    /// All rounds with this number of calls. What was measured before an error is kept.
    pub(crate) fn race(&mut self, calls: usize) -> Raced {
        let latencies: Vec<_> = latencies(self.args, self.seed).take(calls).collect();
        let heat = Heat { args: self.args, calls, latencies: &latencies };
        let standings = self.contestants.iter().map(|contestant| standing(contestant, heat)).collect();
        let mut raced = Raced { standings, orders: Vec::new(), stopped: None };
        raced.stopped = self.rounds(heat, &mut raced).err();
        raced.standings.iter_mut().for_each(Standing::finish);
        ranks::assign(&mut raced.standings);
        raced
    }

    fn rounds(&mut self, heat: Heat<'_>, raced: &mut Raced) -> Result<(), Error> {
        let mut board = Board::new(heat.calls, self.longest_expectation(heat, &raced.standings));
        for round in 1..=self.args.rounds.get() {
            board.headline(self.headline(heat.calls, round));
            raced.orders.push(RoundOrder { calls: heat.calls, round, contestants: Vec::new() });
            for runner in self.draw(&raced.standings) {
                match self.heat(runner, heat, round, &mut board) {
                    Ok(finish) => raced.note(runner, finish),
                    Err(error) => {
                        raced.cut_short(runner, &self.mock.stats());
                        return Err(error);
                    }
                }
            }
        }
        Ok(())
    }

    /// Of the contestants that are in the race.
    fn longest_expectation(&self, heat: Heat<'_>, standings: &[Standing]) -> Duration {
        let all = self.contestants.iter().zip(standings);
        let running = all.filter(|(_, standing)| !standing.is_out());
        running.map(|(contestant, _)| heat.expectation(contestant)).max().unwrap_or_default()
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

    /// From here on each run is shown to browsers as it goes.
    pub(crate) fn show_live(&mut self, live: Live) {
        self.live = Some(live);
    }

    /// Ends that.
    pub(crate) const fn take_live(&mut self) -> Option<Live> {
        self.live.take()
    }

    /// What was seen of the runs that are over; nothing of those that were not watched. The contestants of a round are in the
    /// order of the command line, so that pictures of two races can be laid side by side.
    pub(crate) fn timelines(self) -> Vec<Timeline> {
        let mut timelines = self.timelines;
        let place = |timeline: &Timeline| {
            self.contestants.iter().position(|contestant| contestant.name() == timeline.about.contestant)
        };
        let heat = |timeline: &Timeline| (timeline.about.calls, timeline.about.round);
        for round in timelines.chunk_by_mut(|one, next| heat(one) == heat(next)) {
            round.sort_by_key(place);
        }
        timelines
    }

    /// Runs one contestant once, and judges it when it is over.
    fn heat(
        &mut self,
        runner: usize,
        heat: Heat<'_>,
        round: usize,
        board: &mut Board,
    ) -> Result<Finish, Error> {
        if !self.is_idle() {
            // A contestant before this one has let another program connect: the new mock has another port.
            self.mock = start_mock(self.args)?;
        }
        let contestant = &self.contestants[runner];
        let mut lane = board.lane(contestant.name());
        let latencies = heat.latencies.to_vec();
        self.mock.begin_heat(downstream_mock::Heat::with_latencies(latencies, self.args.latency));
        let is_recorded = self.is_watched || self.args.has_jitter();
        self.mock.record_events(if is_recorded { most_events(heat.calls) } else { 0 });
        let mut watching = self.is_watched.then(|| Watching::begin(heat.about(contestant, round)));
        let (output, finish) = self.run(contestant, heat, watching.as_mut(), &mut lane)?;
        lane.finish(&finish);
        let timeline = watching.map(|watching| watching.end(&self.mock, output.as_ref(), &finish));
        if let (Some(live), Some(timeline)) = (&self.live, &timeline) {
            live.ended(timeline);
        }
        self.timelines.extend(timeline);
        self.mock.record_events(0);
        Ok(finish)
    }

    fn run(
        &self,
        contestant: &Contestant,
        heat: Heat<'_>,
        watching: Option<&mut Watching>,
        lane: &mut Lane,
    ) -> Result<(Option<Output>, Finish), Error> {
        let (machine, began) = (Machine::now(), Instant::now());
        let process = match self.start(contestant, heat, watching.as_deref()) {
            Ok(process) => process,
            Err(error) => {
                let fault = format!("no process to measure in could be started: {error}");
                return Ok((None, Finish::out(fault)));
            }
        };
        let limit = time_limit(contestant, heat);
        let mut output = process.wait(limit, |elapsed| {
            lane.show(elapsed, &self.mock.stats());
            if let (Some(live), Some(watching)) = (&self.live, watching.as_deref()) {
                live.show(|| watching.so_far(&self.mock));
            }
        })?;
        let noise = machine.noise_since();
        let printed = output.as_mut().and_then(|output| output.stdout.as_mut());
        if let Some((watching, printed)) = watching.zip(printed) {
            watching.take_milestones(printed);
        }
        let finish = match &output {
            None => Finish::out(hung(limit, &self.mock.stats(), heat)),
            Some(_) if !self.is_idle() => Finish::out("left connections open behind it".into()),
            Some(output) => self.judge(heat, output, noise, began).unwrap_or_else(Finish::out),
        };
        Ok((output, finish))
    }

    fn start(
        &self,
        contestant: &Contestant,
        heat: Heat<'_>,
        watching: Option<&Watching>,
    ) -> io::Result<Process> {
        let meanwhile = this_program()?;
        let url = self.mock.url() + "/echo/{call}";
        let with_milestones = watching.is_some_and(Watching::takes_milestones);
        let command = contestant.command(&meanwhile, heat, &url, with_milestones);
        Process::start(&meanwhile, &command, heat.calls, watching.map(|watching| &watching.watch))
    }

    /// # Errors
    /// There is nothing to judge by.
    fn judge(&self, heat: Heat<'_>, output: &Output, noise: Noise, began: Instant) -> Result<Finish, String> {
        let usage = match &output.measured {
            Some(Measured::Ended(usage)) => usage,
            Some(Measured::NotStarted(error)) => return Err(format!("could not be started: {error}")),
            None => return Err("stopped or ended the process that measured it".into()),
        };
        let stdout = output.stdout.as_ref().ok_or("left a process behind that holds its output open")?;
        let (in_flight, stats) = (heat.args.how.allowed(heat.calls), self.mock.stats());
        let evidence =
            Evidence { calls: heat.calls, in_flight, stdout, usage, stats: &stats, heat: &self.mock.heat() };
        let judgement = evidence.judge();
        let mut round = Round::new(usage, noise, stats.peak_in_flight, judgement.ok, judgement.failed);
        if self.args.has_jitter() {
            let start = started(usage).unwrap_or(began);
            round.answered = Answered::of(&self.mock.events(), heat.calls, start);
        }
        Ok(Finish { round: Some(round), fault: judgement.fault })
    }

    /// Whether no connection to the mock is open, after a moment.
    fn is_idle(&self) -> bool {
        self.mock.wait_for(SETTLE, |stats| stats.open_connections == 0)
    }
}

fn start_mock(args: &RaceArgs) -> Result<Mock, Error> {
    let config = Config { latency: args.latency, ..Config::default() };
    Mock::start(config).map_err(|error| Error::broken("starting the mock", error))
}

/// When the contestant's process was started; nothing where the clocks of two processes cannot be compared.
fn started(usage: &Usage) -> Option<Instant> {
    MachineClock::read()?.instant(usage.started_us?)
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
