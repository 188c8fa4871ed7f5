//! A check each time when a file is saved.
//!
//! *How it waits*: for news of the file system, and looks at Ctrl-C a few times a second. News during a check ends the check: its
//! verdict would be about a file that has changed.

use std::cell::Cell;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use contestant::interrupt;
use notify::{Config, Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use super::check::{self, Wishes};
use super::place;
use crate::{Error, text};

/// Between two looks at Ctrl-C.
const TICK: Duration = Duration::from_millis(200);
/// An editor writes several files, or one of them in several steps.
const SETTLES: Duration = Duration::from_millis(100);
/// Between two looks at the files where the system does not report changes.
const LOOK: Duration = Duration::from_secs(1);

/// Checks now, and after each change, until Ctrl-C.
pub(super) fn watch(wishes: Wishes<'_>) -> Result<ExitCode, Error> {
    let (mut workspace, course) = place::here()?;
    let (news, inbox) = channel();
    let sources = match course.explanation(&workspace.progress.current) {
        Some(_) => workspace.current(),
        None => workspace.current().join("src"),
    };
    let _watcher = watcher(&sources, &news)?;
    loop {
        let is_changed = Cell::new(false);
        let goes_on = || {
            is_changed.set(is_changed.get() || inbox.try_recv().is_ok());
            !is_changed.get()
        };
        match check::check_in(&mut workspace, &course, wishes, &goes_on) {
            Ok(_) => {}
            Err(Error::Interrupted) => return Ok(ExitCode::SUCCESS),
            // A file that is gone, a full disk: said, and tried again after the next change.
            Err(error) => text::say(&format!("{error}\n"))?,
        }
        if !is_changed.get() {
            text::say(&format!("\nwaiting for a change in {} (Ctrl-C ends this)\n", sources.display()))?;
            if !changed(&inbox) {
                return Ok(ExitCode::SUCCESS);
            }
        }
        settle(&inbox);
        text::say("\n")?;
    }
}

/// Passes changes on. It ends when it is dropped.
fn watcher(folder: &Path, news: &Sender<()>) -> Result<Box<dyn Watcher>, Error> {
    let on_change = |news: Sender<()>| {
        move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                // It fails only after the end of the watch.
                _ = news.send(());
            }
        }
    };
    let by_the_system = RecommendedWatcher::new(on_change(news.clone()), Config::default());
    if let Ok(mut watcher) = by_the_system
        && watcher.watch(folder, RecursiveMode::Recursive).is_ok()
    {
        return Ok(Box::new(watcher));
    }
    let by_looking = PollWatcher::new(on_change(news.clone()), Config::default().with_poll_interval(LOOK));
    let watched = by_looking.and_then(|mut watcher| {
        watcher.watch(folder, RecursiveMode::Recursive)?;
        Ok(watcher)
    });
    match watched {
        Ok(watcher) => Ok(Box::new(watcher)),
        Err(error) => {
            let cure = "meanwhile learn check checks once";
            Err(Error::broken(format!("watching {}", folder.display()), format!("{error}: {cure}")))
        }
    }
}

/// Waits for a change; false after Ctrl-C.
fn changed(inbox: &Receiver<()>) -> bool {
    loop {
        match inbox.recv_timeout(TICK) {
            Ok(()) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) if interrupt::check().is_err() => return false,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

/// Waits until nothing has changed for a moment.
fn settle(inbox: &Receiver<()>) {
    while inbox.recv_timeout(SETTLES).is_ok() {}
}
