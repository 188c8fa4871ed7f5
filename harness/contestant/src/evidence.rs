//! What a contestant's answers are worth: the mock is believed, not the program.
//!
//! *What to notice*: each call must have one line, with the token that only its own request can have brought; the mock must
//! have been asked for each call once, and for nothing else; and no run can be shorter than the latencies it has to wait
//! for, one after the other (`least_time.rs`).

use downstream_call::{Failure, Line};
use downstream_mock::{Heat, Stats};

use crate::Captured;
use crate::least_time::least_time;
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
    /// What the mock was asked for.
    pub heat: &'heat Heat,
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
        self.wrong(answers)
            .or_else(|| self.missing(answers))
            .or_else(|| failures(answers))
            .or_else(|| self.contradiction())
            .or_else(|| self.usage.ended_badly.as_ref().map(|how| self.with_reason(how)))
    }

    /// An answer that no request for its call can have brought.
    fn wrong(&self, answers: &Answers) -> Option<String> {
        answers.iter().enumerate().find_map(|(call, answer)| match answer {
            Some(Ok(_)) if self.heat.asked[call] == 0 => {
                Some(format!("printed an answer to call {call}, and the mock counted no request for it"))
            }
            Some(Ok((200, body))) if *body == self.heat.answer(call).into_bytes() => None,
            Some(Ok((200, body))) => {
                let (printed, right) = (printable(body, 40), self.heat.answer(call));
                Some(format!("call {call} was answered \"{printed}\", not \"{right}\""))
            }
            Some(Ok((status, _))) => Some(format!("call {call} has status {status}, not 200")),
            Some(Err(_)) | None => None,
        })
    }

    fn missing(&self, answers: &Answers) -> Option<String> {
        let missing = answers.iter().filter(|answer| answer.is_none()).count();
        let first = answers.iter().position(Option::is_none)?;
        let fault = format!("no answer for {} of {}, the first is call {first}", missing, self.calls);
        Some(match &self.usage.ended_badly {
            Some(how) => self.with_reason(&format!("{how} and {fault}")),
            None if self.usage.left_behind > 0 => {
                format!("{fault}: it ended before the processes that it started")
            }
            None => fault,
        })
    }

    /// What the mock counted, or the clock, contradicts the answers.
    fn contradiction(&self) -> Option<String> {
        let Self { in_flight, stats: Stats { answered, peak_in_flight, .. }, .. } = self;
        self.asked_otherwise().or_else(|| {
            if *answered != self.calls as u64 {
                return Some(format!("the mock answered {answered} of {} calls", self.calls));
            }
            if *peak_in_flight > *in_flight as u64 {
                return Some(format!("had {peak_in_flight} calls in flight where {in_flight} were allowed"));
            }
            self.too_fast()
        })
    }

    /// Not each call once, on a connection of its own.
    fn asked_otherwise(&self) -> Option<String> {
        let Heat { asked, strays, reused, .. } = self.heat;
        if *strays > 0 {
            return Some(format!("the mock counted {} for what is none of its calls", requests(*strays)));
        }
        if let Some(call) = asked.iter().position(|times| *times != 1) {
            return Some(format!("the mock counted {} for call {call}", requests(asked[call])));
        }
        (*reused > 0).then(|| format!("sent {} on a connection that had one before", requests(*reused)))
    }

    /// No run is over before its last call can be answered.
    fn too_fast(&self) -> Option<String> {
        let floor_s = least_time(&self.heat.latencies, self.in_flight).as_secs_f64();
        let wall_s = self.usage.wall_s;
        (wall_s < floor_s).then(|| {
            format!(
                "ended after {wall_s:.3} s, and {} cannot be answered before {floor_s:.3} s",
                counted(self.calls, "call")
            )
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

fn requests(count: u64) -> String {
    counted(count as usize, "request")
}

fn failures(answers: &Answers) -> Option<String> {
    let mut failures = answers.iter().flatten().filter_map(|answer| answer.as_ref().err());
    let first = failures.next()?;
    let first = printable(first.to_string().as_bytes(), 80);
    Some(format!("{} failed, the first with {first}", counted(1 + failures.count(), "call")))
}
