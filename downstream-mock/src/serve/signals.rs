//! What the program is told from outside: to end, and to print its counts.

use super::Event;
use std::{
    io::{self, Read},
    sync::mpsc::{Receiver, Sender, channel},
};

/// Receives [`Event::End`] at Ctrl-C, at SIGTERM, or when standard input closes, and [`Event::Counts`] at SIGUSR1.
pub(super) fn listen(until_stdin_closes: bool) -> io::Result<Receiver<Event>> {
    let (tell, events) = channel();
    counts_at_usr1(tell.clone())?;
    let stdin_closed = tell.clone();
    // Without a receiver, the end has begun already.
    ctrlc::set_handler(move || tell.send(Event::End).unwrap_or_default()).map_err(io::Error::other)?;
    if until_stdin_closes {
        std::thread::spawn(move || {
            let _ = io::stdin().read_to_end(&mut Vec::new());
            stdin_closed.send(Event::End).unwrap_or_default();
        });
    }
    Ok(events)
}

#[cfg(unix)]
fn counts_at_usr1(tell: Sender<Event>) -> io::Result<()> {
    use signal_hook::{consts::SIGUSR1, iterator::Signals};
    let mut signals = Signals::new([SIGUSR1])?;
    let wait = move || signals.forever().take_while(|_| tell.send(Event::Counts).is_ok()).for_each(drop);
    std::thread::Builder::new().name("signals".into()).spawn(wait).map(drop)
}

/// There is no such signal here; `/stats` has the counts.
#[cfg(not(unix))]
fn counts_at_usr1(_tell: Sender<Event>) -> io::Result<()> {
    Ok(())
}
