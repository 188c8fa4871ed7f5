//! One contestant once, watched: a race of one round, for its picture and its numbers.

use std::num::NonZeroUsize;
use std::time::Duration;

use ::contestant::Program;
use downstream_mock::Jitter;
use timeline::Timeline;

use super::{Contestant, RaceArgs, Round, Track};
use crate::{Error, HowArgs, LiveArgs, Pictures, descriptors};

/// Which contestant to watch, and what it does.
pub(crate) struct OneRun {
    /// A model of the list, or the name of `program`.
    pub(crate) contestant: String,
    pub(crate) program: Option<Program>,
    pub(crate) calls: NonZeroUsize,
    pub(crate) latency: Duration,
    pub(crate) how: HowArgs,
    /// How long it may take beside its timeout, if that is more than is expected of it.
    pub(crate) patience: Duration,
}

/// What was seen.
pub(crate) struct Watched {
    pub(crate) timeline: Timeline,
    /// Nothing where it did not end.
    pub(crate) round: Option<Round>,
    /// Why it did not run well, if it did not.
    pub(crate) fault: Option<String>,
}

impl OneRun {
    /// Runs it once. That calls fail, or that it has to be ended, is no error.
    ///
    /// # Errors
    /// The contestant does not exist, something around it broke, or an interrupt.
    pub(crate) fn watch(self) -> Result<Watched, Error> {
        let (calls, race) = (self.calls.get(), self.into_race());
        let contestants = Contestant::all(&race).map_err(Error::Usage)?;
        race.check(0)?;
        let at_once = contestants.iter().map(|contestant| contestant.at_once(&race, calls)).max();
        descriptors::provide_for(at_once.unwrap_or(0))?;
        let mut track = Track::open(&race, contestants, 0)?;
        track.watch();
        let raced = track.race(calls);
        raced.stopped.map_or(Ok(()), Err)?;
        let timeline = track.timelines().pop();
        let standing = raced.standings.into_iter().next();
        let (Some(timeline), Some(standing)) = (timeline, standing) else {
            return Err(Error::Broken("a run was not watched: try it again".into()));
        };
        let fault = standing.failed.or(standing.not_run);
        Ok(Watched { timeline, round: standing.rounds.into_iter().next(), fault })
    }

    fn into_race(self) -> RaceArgs {
        RaceArgs {
            contestants: vec![self.contestant],
            calls: vec![self.calls],
            latency: self.latency,
            jitter: Jitter::None,
            how: self.how,
            rounds: NonZeroUsize::MIN,
            patience: self.patience,
            projector: false,
            seed: None,
            with: self.program.into_iter().collect(),
            json: None,
            csv: None,
            pictures: Pictures::default(),
            live: LiveArgs::default(),
        }
    }
}
