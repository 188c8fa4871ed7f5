//! What a contestant's answers are worth: the mock is believed, not the program.
//!
//! *What to notice*: each call must have one line, with the answer that only its own request could have brought
//! (`/echo/{call}`); and the mock must have counted as many requests as there were calls, since answers that are easy
//! to guess are easy to print without asking.

use downstream_call::{Failure, Line};
use downstream_mock::Stats;

use crate::Captured;
use crate::measure::Usage;
use crate::text::{counted, last_line, printable};

/// All that is known about a heat when it is over.
pub struct Evidence<'heat> {
    /// How many calls it had to make.
    pub calls: usize,
    /// How many of them it was allowed to have in flight.
    pub in_flight: usize,
    /// What it printed.
    pub stdout: &'heat Captured,
    /// What it used.
    pub usage: &'heat Usage,
    /// What the mock counted.
    pub stats: &'heat Stats,
}

/// How a contestant's calls ended.
#[derive(Debug, Default)]
pub struct Judgement {
    /// Calls with the right answer.
    pub ok: usize,
    /// Calls without one.
    pub failed: usize,
    /// Why the contestant fails, if it does.
    pub fault: Option<String>,
}

type Answers = Vec<Option<Result<(u16, Vec<u8>), Failure>>>;

impl Evidence<'_> {
    /// Weighs all of it.
    #[must_use]
    pub fn judge(&self) -> Judgement {
        match self.answers() {
            Err(fault) => Judgement { fault: Some(fault), ..Judgement::default() },
            Ok(answers) => Judgement {
                ok: answers.iter().flatten().filter(|answer| answer.is_ok()).count(),
                failed: answers.iter().flatten().filter(|answer| answer.is_err()).count(),
                fault: self.fault(&answers),
            },
        }
    }

    /// The answer to each call; the fault, if a line can't be one.
    fn answers(&self) -> Result<Answers, String> {
        let mut answers: Answers = vec![None; self.calls];
        for text in lines(&self.stdout.bytes) {
            let line = Line::parse(text).ok_or_else(|| {
                format!("printed \"{}\", which is no line of an answer", printable(text, 40))
            })?;
            let answer = answers
                .get_mut(line.call)
                .ok_or_else(|| format!("answered call {}, which there is not", line.call))?;
            if answer.replace(line.answer).is_some() {
                return Err(format!("answered call {} twice", line.call));
            }
        }
        Ok(answers)
    }

    fn fault(&self, answers: &Answers) -> Option<String> {
        if self.stdout.cut {
            return Some("printed far more than its answers".into());
        }
        wrong(answers)
            .or_else(|| self.missing(answers))
            .or_else(|| failures(answers))
            .or_else(|| self.contradiction())
            .or_else(|| self.usage.ended_badly.as_ref().map(|how| self.with_reason(how)))
    }

    fn missing(&self, answers: &Answers) -> Option<String> {
        let missing = answers.iter().filter(|answer| answer.is_none()).count();
        let first = answers.iter().position(Option::is_none)?;
        let fault = format!("no answer for {} of {}, the first is call {first}", missing, self.calls);
        Some(match &self.usage.ended_badly {
            Some(how) => self.with_reason(&format!("{how} and {fault}")),
            None => fault,
        })
    }

    /// What the mock counted contradicts the answers.
    fn contradiction(&self) -> Option<String> {
        let (calls, stats) = (self.calls as u64, self.stats);
        if stats.requests != calls {
            return Some(format!("the mock counted {} requests for {calls} calls", stats.requests));
        }
        if stats.answered != calls {
            return Some(format!("the mock answered {} of {calls} calls", stats.answered));
        }
        (stats.peak_in_flight > self.in_flight as u64).then(|| {
            format!("had {} calls in flight where {} were allowed", stats.peak_in_flight, self.in_flight)
        })
    }

    fn with_reason(&self, how: &str) -> String {
        with_reason(how, self.usage)
    }
}

/// How something ended, and the last that was said about it.
pub(crate) fn with_reason(how: &str, usage: &Usage) -> String {
    match last_line(&usage.stderr) {
        "" => how.into(),
        reason => format!("{how}: {}", printable(reason.as_bytes(), 120)),
    }
}

/// The text of each line, without its end.
pub(crate) fn lines(stdout: &[u8]) -> impl Iterator<Item = &[u8]> {
    stdout
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty())
}

/// An answer that no request for its call can have brought.
fn wrong(answers: &Answers) -> Option<String> {
    answers.iter().enumerate().find_map(|(call, answer)| match answer {
        Some(Ok((200, body))) if *body == call.to_string().into_bytes() => None,
        Some(Ok((200, body))) => {
            Some(format!("call {call} was answered \"{}\", not \"{call}\"", printable(body, 40)))
        }
        Some(Ok((status, _))) => Some(format!("call {call} has status {status}, not 200")),
        Some(Err(_)) | None => None,
    })
}

fn failures(answers: &Answers) -> Option<String> {
    let mut failures = answers.iter().flatten().filter_map(|answer| answer.as_ref().err());
    let first = failures.next()?;
    let first = printable(first.to_string().as_bytes(), 80);
    Some(format!("{} failed, the first with {first}", counted(1 + failures.count(), "call")))
}
