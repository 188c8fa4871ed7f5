//! What a person reads: broken rows in full as they fall, held rows as counts, and at the end what to mend first.

use std::collections::{BTreeMap, HashMap};

use crate::words::printable;
use crate::{Findings, FirstCause, Row, Verdict};

/// Characters of a reason, at most.
const REASON: usize = 400;

/// How many rows are shown in full that have the same reason.
const REPEATED: usize = 3;

/// Columns before the text of the last paragraph.
const LABEL: usize = 11;

/// The report on one subject, line by line.
#[derive(Debug)]
pub struct Report {
    width: usize,
    verbose: bool,
    /// The group in progress, how many of its rows were tried, and how many of them held.
    group: Option<(String, usize, usize)>,
    /// The reasons that several rows had, and how often.
    shown: HashMap<String, usize>,
    /// Those that were not shown in this group any more, and how often.
    untold: BTreeMap<String, usize>,
}

impl Report {
    /// Nothing was tried yet; `verbose` names held rows too.
    #[must_use]
    pub fn new(width: usize, verbose: bool) -> Self {
        Self { width, verbose, group: None, shown: HashMap::new(), untold: BTreeMap::new() }
    }

    /// What to show of a row that has just been tried; ends with a line break, if it is anything.
    pub fn row(&mut self, row: &Row) -> String {
        let mut shown = match &self.group {
            Some((group, ..)) if *group != row.group => self.end_group(),
            _ => String::new(),
        };
        let (_, tried, held) = self.group.get_or_insert_with(|| (row.group.clone(), 0, 0));
        *tried += 1;
        *held += usize::from(row.verdict == Verdict::Held);
        if self.is_worth_showing(row) {
            shown.extend(self.lines(row).iter().map(|line| format!("{line}\n")));
        }
        shown
    }

    /// The counts of the last group, the sum, and what to mend first.
    pub fn end(&mut self, findings: &Findings) -> String {
        let mut shown = if findings.interrupted { self.cut_group() } else { self.end_group() };
        shown += &(wrapped(&sum(findings), "", "  ", self.width).join("\n") + "\n");
        if let Some(cause) = &findings.first_cause {
            shown += &first_cause(cause, self.width);
        }
        shown
    }

    /// The same reason in row after row says nothing new: only the first few are shown, and the others counted.
    fn is_worth_showing(&mut self, row: &Row) -> bool {
        let Some(reason) = shared_reason(row) else { return true };
        let times = self.shown.entry(reason.clone()).or_default();
        *times += 1;
        if self.verbose || *times <= REPEATED {
            return true;
        }
        *self.untold.entry(reason).or_default() += 1;
        false
    }

    /// `connect: 10 of 10 held`, below what was only counted.
    fn end_group(&mut self) -> String {
        self.close_group(|group, tried, held| format!("{group}: {held} of {tried} held"))
    }

    /// `connect: 3 held of 4 tried`: there are more.
    fn cut_group(&mut self) -> String {
        self.close_group(|group, tried, held| format!("{group}: {held} held of {tried} tried"))
    }

    fn close_group(&mut self, sum: impl FnOnce(String, usize, usize) -> String) -> String {
        let Some((group, tried, held)) = self.group.take() else { return String::new() };
        let mut lines = Vec::new();
        for (reason, times) in std::mem::take(&mut self.untold) {
            let rows = if times == 1 { "row" } else { "rows" };
            let reason = printable(reason.as_bytes(), REASON);
            lines.extend(wrapped(&format!("and {times} more {rows}: {reason}"), "  ", "    ", self.width));
        }
        lines.push(sum(group, tried, held));
        lines.join("\n") + "\n"
    }

    fn lines(&self, row: &Row) -> Vec<String> {
        let name = printable(row.name.as_bytes(), self.width - 10);
        let text = match &row.verdict {
            Verdict::Broken(why) => format!("BROKEN {name}: {}", printable(why.as_bytes(), REASON)),
            Verdict::Skipped(why) => format!("skipped {name}: {}", printable(why.as_bytes(), REASON)),
            Verdict::Held => match (row.retried.last(), &row.note) {
                (Some(why), _) => {
                    let why = printable(why.as_bytes(), REASON);
                    format!("retried {name}: held after {} attempts: {why}", row.retried.len() + 1)
                }
                (None, _) if !self.verbose => return Vec::new(),
                (None, Some(note)) => format!("held {name} ({note})"),
                (None, None) => format!("held {name}"),
            },
        };
        wrapped(&text, "  ", "    ", self.width)
    }
}

/// What many rows may have in common: the requirement of another row that they break, or why they were not tried.
fn shared_reason(row: &Row) -> Option<String> {
    match (&row.verdict, &row.breaks) {
        (Verdict::Broken(_), Some(requirement)) if *requirement != row.name => {
            Some(format!("BROKEN {requirement}"))
        }
        (Verdict::Skipped(why), _) => Some(format!("skipped {why}")),
        (Verdict::Broken(_) | Verdict::Held, _) => None,
    }
}

/// `busy-poll: 283 held, 1 broken, 0 skipped in 8.9 s`, and where it was interrupted, if it was.
#[must_use]
pub fn sum(findings: &Findings) -> String {
    let (broken, skipped) = (findings.broken().count(), findings.skipped().count());
    let held = findings.rows.len() - broken - skipped;
    let seconds = findings.rows.iter().map(|row| row.took_ms).sum::<u64>() as f64 / 1000.0;
    let sum =
        format!("{}: {held} held, {broken} broken, {skipped} skipped in {seconds:.1} s", findings.subject);
    if findings.interrupted { format!("{sum}, {}", interrupted(findings)) } else { sum }
}

/// `interrupted after 12 of 291 rows`
#[must_use]
pub fn interrupted(findings: &Findings) -> String {
    format!("interrupted after {} of {} rows", findings.rows.len(), findings.all_rows)
}

fn first_cause(cause: &FirstCause, width: usize) -> String {
    let because = match cause.rows {
        0 | 1 => String::new(),
        rows => format!(" ({rows} rows broke this requirement)"),
    };
    let title = format!("Mend this first: {}{because}", printable(cause.requirement.as_bytes(), REASON));
    let is_its_own = cause.row.ends_with(&format!(": {}", cause.requirement));
    let seen = if is_its_own { cause.seen.clone() } else { format!("{}, in {}", cause.seen, cause.row) };
    let parts = [
        ("seen", seen.as_str()),
        ("contract", &cause.contract),
        ("look for", &cause.look_for),
        ("read", &format!("docs/src/{}", cause.page)),
    ];
    let mut lines = wrapped(&title, "", "  ", width);
    for (label, text) in parts {
        let text = printable(text.as_bytes(), REASON);
        lines.extend(wrapped(&text, &format!("  {label:<0$}", LABEL - 2), &" ".repeat(LABEL), width));
    }
    format!("\n{}\n", lines.join("\n"))
}

/// Puts as many words on each line as fit. A word that is longer than a line is cut.
fn wrapped(text: &str, first: &str, others: &str, width: usize) -> Vec<String> {
    let room = width.saturating_sub(others.len()).max(1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = first.to_owned();
    let mut is_empty = true;
    for word in text.split(' ').flat_map(|word| pieces(word, room)) {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, others.to_owned()));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(&word);
        is_empty = false;
    }
    lines.push(line);
    lines
}

fn pieces(word: &str, room: usize) -> Vec<String> {
    let signs: Vec<_> = word.chars().collect();
    if signs.is_empty() {
        vec![String::new()]
    } else {
        signs.chunks(room).map(|piece| piece.iter().collect()).collect()
    }
}
