//! A child of `per-process`: one loop, fed from standard input.
//!
//! The loop runs on the main thread; a second thread reads requests, so that it can cancel while calls wait, and say that
//! the process is there while the loop computes. The end of input cancels as well, because it means that the parent is gone.
//! The first answer, before any request, says whether the loop could be made.

use std::io::{self, BufRead, Write as _};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use downstream_call::{Call, Cancel, Diamond, Model, Run, Trace};
use generator_style::GeneratorStyle;

use crate::wire::{Answer, Answered, Request, WireWork};

/// With this argument alone, a program that has [`PerProcess`](crate::PerProcess) among its models must call
/// [`child`].
pub const CHILD_ARGUMENT: &str = "per-process-child";

/// Serves as a child until standard input ends.
///
/// # Errors
/// Standard output cannot be written to, although the parent is there.
pub fn child() -> io::Result<()> {
    match serve() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        served => served,
    }
}

fn serve() -> io::Result<()> {
    let (mut model, inbox) = match begin() {
        Ok(begun) => begun,
        Err(error) => return say(&Answer::Broken(error.to_string())),
    };
    say(&Answer::Ready)?;
    for (request, cancel) in inbox {
        say(&match answer(&mut model, request, cancel) {
            Ok(outcomes) => Answer::Outcomes(outcomes),
            Err(error) => Answer::Broken(error.to_string()),
        })?;
    }
    Ok(())
}

/// Makes the loop, and the thread that reads requests.
fn begin() -> io::Result<(GeneratorStyle, Receiver<(Request, Cancel)>)> {
    let (model, cancel) = (GeneratorStyle::new()?, Cancel::new()?);
    let (requests, inbox) = mpsc::channel();
    thread::Builder::new().spawn(move || listen(io::stdin().lock(), cancel, &requests))?;
    Ok((model, inbox))
}

/// Passes requests on, each with the [`Cancel`] that ends it. One of them serves all requests until it is used.
fn listen(input: impl BufRead, mut cancel: Cancel, requests: &Sender<(Request, Cancel)>) {
    for line in input.lines().map_while(Result::ok) {
        match serde_json::from_str(&line) {
            Ok(Request::Cancel) => cancel.cancel(),
            Ok(Request::AreYouThere) => {
                if say(&Answer::Here).is_err() {
                    break;
                }
            }
            Ok(request @ (Request::FanOut { .. } | Request::Diamond { .. })) => {
                if cancel.is_cancelled() {
                    let Ok(another) = Cancel::new() else { break };
                    cancel = another;
                }
                if requests.send((request, cancel.clone())).is_err() {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    cancel.cancel();
}

/// Writes one line, whole: both threads write.
fn say(answer: &Answer) -> io::Result<()> {
    let mut output = io::stdout().lock();
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

fn answer(model: &mut GeneratorStyle, request: Request, cancel: Cancel) -> io::Result<Answered> {
    let run = |in_flight, work: WireWork, traced| {
        let trace = if traced { Trace::on() } else { Trace::off() };
        Run { in_flight, cancel, trace, work: work.into(), ..Run::default() }
    };
    Ok(match request {
        Request::FanOut { in_flight, work, traced, calls } => {
            let run = run(in_flight, work, traced);
            let calls: Vec<_> = calls.into_iter().map(Call::from).collect();
            Answered::new(model.fan_out(&run, &calls)?, &run.trace)
        }
        Request::Diamond { in_flight, work, traced, base } => {
            let run = run(in_flight, work, traced);
            Answered::new(vec![model.diamond(&run, &Diamond::new(base.into()))?], &run.trace)
        }
        Request::Cancel | Request::AreYouThere => Answered::default(),
    })
}
