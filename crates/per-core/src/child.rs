//! A child of `per-process`: one loop, fed from standard input.
//!
//! The loop runs on the main thread; a second thread reads requests, so that a request to cancel is read while calls
//! wait. The end of input cancels as well, because it means that the parent is gone.

use std::io::{self, BufRead, Write};
use std::sync::mpsc::{self, Sender};
use std::thread;

use downstream_call::{Call, Cancel, Diamond, Model, Run};
use generator_style::GeneratorStyle;

use crate::wire::{Request, WireOutcome};

/// With this argument alone, a program that has [`PerProcess`](crate::PerProcess) among its models must call
/// [`child`].
pub const CHILD_ARGUMENT: &str = "per-process-child";

/// Serves as a child until standard input ends.
///
/// # Errors
/// The loop could not be made, or standard output is closed.
pub fn child() -> io::Result<()> {
    let mut model = GeneratorStyle::new()?;
    let (requests, inbox) = mpsc::channel();
    thread::spawn(move || listen(io::stdin().lock(), &requests));
    let mut output = io::stdout().lock();
    for (request, cancel) in inbox {
        let answer = answer(&mut model, request, cancel).map_err(|error| error.to_string());
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

/// Passes requests on, each with a [`Cancel`] of its own.
fn listen(input: impl BufRead, requests: &Sender<(Request, Cancel)>) {
    let mut current = Cancel::never();
    for line in input.lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Request::Cancel) => current.cancel(),
            Ok(request) => {
                let Ok(cancel) = Cancel::new() else { break };
                current = cancel.clone();
                if requests.send((request, cancel)).is_err() {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    current.cancel();
}

fn answer(model: &mut GeneratorStyle, request: Request, cancel: Cancel) -> io::Result<Vec<WireOutcome>> {
    let run = Run { cancel, ..Run::default() };
    let outcomes = match request {
        Request::FanOut { in_flight, work, calls } => {
            let calls: Vec<_> = calls.into_iter().map(Call::from).collect();
            model.fan_out(&Run { in_flight, work: work.into(), ..run }, &calls)?
        }
        Request::Diamond { in_flight, work, base } => {
            let run = Run { in_flight, work: work.into(), ..run };
            vec![model.diamond(&run, &Diamond::new(base.into()))?]
        }
        Request::Cancel => Vec::new(),
    };
    Ok(outcomes.into_iter().map(WireOutcome::from).collect())
}
