//! `race --live`: the page of a race while it runs, for browsers.
//!
//! *How it waits*: the server has a thread of its own. The race hands over what is new and never waits for a browser.
//!
//! *What to notice*: what a browser gets first is everything so far, so that one that comes late sees the whole race, and one
//! that lost its connection does not have to know what it has missed.

mod address;
mod hub;
mod room;
mod server;

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use contestant::interrupt;
use contestant::text::counted;
use timeline::page::{Candidate, Page, Run, Section};
use timeline::{Lanes, Timeline};

use self::hub::Hub;
use self::room::Room;
use crate::Error;
use crate::moving::MovingLines;

/// Between two looks at whether the race was started.
const LOOK: Duration = Duration::from_millis(50);

/// Between two pictures of one run, at least.
const PICTURE_APART: Duration = Duration::from_millis(200);

/// Between two pictures, in times of what the last one took: they take no more than this share of a core.
const PICTURES_TAKE_ONE_IN: u32 = 20;

/// How long browsers have to take the last page.
const FAREWELL: Duration = Duration::from_secs(2);

/// Whether browsers may look on, and from where.
#[derive(Args, Clone, Debug, Default)]
pub struct LiveArgs {
    /// Watch each run, and serve the race to browsers while it runs; on this port of loopback [default: a free one]
    #[arg(long, value_name = "PORT", num_args = 0..=1, require_equals = true, default_missing_value = "0")]
    pub live: Option<u16>,
    /// First let the room predict what each contestant will take: its time, or its place in the order
    #[arg(long, value_name = "time|order", hide_possible_values = true, num_args = 0..=1, require_equals = true, default_missing_value = "time", requires = "live")]
    pub room: Option<Prediction>,
    /// Let other machines of the network open the page for predictions
    #[arg(long, requires = "live")]
    pub allow_non_loopback: bool,
}

/// What a room predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Prediction {
    /// How many seconds each contestant takes
    Time,
    /// Which place each contestant takes
    Order,
}

/// A race that browsers look on.
pub(crate) struct Live {
    hub: Arc<Hub>,
    server: server::Server,
    room: Option<Arc<Room>>,
    /// The numbers of calls: a section each.
    calls: Vec<usize>,
    /// How many runs each section has.
    runs: RefCell<Vec<usize>>,
    next_picture: Cell<Instant>,
}

impl Live {
    /// Serves a page with a section for each number of calls, which has this heading.
    ///
    /// # Errors
    /// The port is taken, or the system gives none.
    pub(crate) fn open(
        args: &LiveArgs,
        sections: Vec<(usize, String)>,
        contestants: Vec<Candidate>,
    ) -> Result<Option<Self>, Error> {
        let Some(port) = args.live else { return Ok(None) };
        // The most calls show the most.
        let most = sections.iter().max_by_key(|(calls, _)| *calls);
        let task = most.map_or_else(String::new, |(_, heading)| heading.clone());
        let room = args.room.map(|what| Arc::new(Room::new(what, task, contestants)));
        let calls = sections.iter().map(|(calls, _)| *calls).collect();
        let runs = RefCell::new(vec![0; sections.len()]);
        let sections =
            sections.into_iter().map(|(_, heading)| Section::Timelines { heading, runs: Vec::new() });
        let page = Page { title: "A race".into(), sections: sections.collect(), ..Page::default() };
        let hub = Arc::new(Hub::new(page));
        let server = server::Server::start(Arc::clone(&hub), room.clone(), port, args.allow_non_loopback)
            .map_err(|error| {
                let cure = format!("{error}: choose another port, or none for a free one");
                Error::broken(format!("serving the race on port {port}"), cure)
            })?;
        Ok(Some(Self { hub, server, room, calls, runs, next_picture: Cell::new(Instant::now()) }))
    }

    /// Says where the page is; with a room, waits until the race is to start.
    ///
    /// # Errors
    /// Ctrl-C.
    pub(crate) fn begin(&self) -> Result<(), Error> {
        eprintln!("watch the race at {}", self.server.url());
        let Some(room) = &self.room else { return Ok(()) };
        eprintln!("the room predicts at {}", self.server.room_url());
        if !self.server.is_for_others() {
            eprintln!("(no other machine can open it: --allow-non-loopback lets the room in)");
        }
        if room::starts_with_enter(room) {
            eprintln!("press Enter to start the race, or the button on the page");
        } else {
            eprintln!("the button on the page starts the race");
        }
        wait_for_start(room)?;
        self.hub.room_is_closed();
        Ok(())
    }

    /// Shows a run that goes on, if some browser looks on and the last picture was long enough ago.
    pub(crate) fn show(&self, run: impl FnOnce() -> Timeline) {
        let now = Instant::now();
        if now < self.next_picture.get() || !self.hub.is_watched() {
            return;
        }
        self.publish(&run(), false);
        let pause = PICTURE_APART.max(now.elapsed() * PICTURES_TAKE_ONE_IN);
        self.next_picture.set(Instant::now() + pause);
    }

    /// Shows a run that is over; the next one comes below it.
    pub(crate) fn ended(&self, run: &Timeline) {
        self.publish(run, true);
    }

    fn publish(&self, timeline: &Timeline, is_over: bool) {
        let calls = timeline.about.calls;
        let Some(section) = self.calls.iter().position(|known| *known == calls) else { return };
        let mut runs = self.runs.borrow_mut();
        self.hub.run(section, runs[section], &Run::of(&Lanes::of(timeline)));
        runs[section] += usize::from(is_over);
    }

    /// What the room predicted, beside what was measured: a place or a time for each contestant.
    pub(crate) fn predictions(&self, measured: impl Fn(&str, Prediction) -> Option<f64>) -> Option<Section> {
        Some(self.room.as_ref()?.section(measured))
    }

    /// Gives every browser the page of the whole race, and ends the server.
    pub(crate) fn end(self, page: &Page) {
        self.hub.over(page);
        self.server.end(FAREWELL);
    }
}

/// Shows how many have predicted, where there is a terminal, until the race is to start.
fn wait_for_start(room: &Room) -> Result<(), Error> {
    let mut screen = MovingLines::new();
    let mut shown = None;
    while !room.has_started() {
        interrupt::check()?;
        let predictions = room.predictions();
        if shown.replace(predictions) != Some(predictions) {
            screen.draw(|_, _| vec![format!("{} so far", counted(predictions, "prediction"))]);
        }
        std::thread::sleep(LOOK);
    }
    drop(screen);
    eprintln!("{}: the race starts", counted(room.predictions(), "prediction"));
    Ok(())
}
