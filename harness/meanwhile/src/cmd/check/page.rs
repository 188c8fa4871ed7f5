//! The page of a check: what to mend first, the sums of the groups, then every row, broken ones first.

use conformance::report::sum;
use conformance::{Findings, FirstCause, Row, Verdict};
use timeline::page::{Cell, Mark, Page, Section, Table, TableColumn};

use crate::models::AtOnce;
use crate::origin;

/// What a row has whose column of what was seen would be empty.
const AS_EXPECTED: &str = "as expected";

/// The page of these findings, each with how many calls its subject can have in flight, if that is known.
pub(super) fn page(all: &[(Option<AtOnce>, &Findings)]) -> Page {
    let names: Vec<_> = all.iter().map(|(_, findings)| findings.subject.as_str()).collect();
    let of_subjects = all.iter().flat_map(|(at_once, findings)| sections(*at_once, findings));
    Page {
        title: format!("Check: {}", names.join(", ")),
        lead: all.iter().map(|(_, findings)| sum(findings)).collect(),
        sections: of_subjects.chain([origin()]).collect(),
        source: None,
    }
}

fn sections(at_once: Option<AtOnce>, findings: &Findings) -> impl Iterator<Item = Section> {
    let cause = findings.first_cause.as_ref().map(|cause| first_cause(&findings.subject, cause));
    cause.into_iter().chain([groups(findings), rows(at_once, findings)])
}

fn first_cause(subject: &str, cause: &FirstCause) -> Section {
    let facts = [
        ("expected", &cause.requirement),
        ("seen", &cause.seen),
        ("in the row", &cause.row),
        ("contract", &cause.contract),
        ("look for", &cause.look_for),
        ("page of the book", &cause.page),
        ("rows that break it", &cause.rows.to_string()),
    ];
    Section::Facts {
        heading: format!("What to mend first in {subject}"),
        facts: facts.map(|(name, value)| [name.into(), value.clone()]).into(),
    }
}

fn words(name: &str) -> TableColumn {
    TableColumn { name: name.into(), is_number: false }
}

fn number(name: &str) -> TableColumn {
    TableColumn { name: name.into(), is_number: true }
}

/// How many rows of each group held, in the order of the suite.
fn groups(findings: &Findings) -> Section {
    let groups = findings.rows.chunk_by(|one, next| one.group == next.group);
    Section::Table(Table {
        heading: format!("Groups of {}", findings.subject),
        caption: "A group is a part of a call that goes wrong, or the requirements.".into(),
        columns: vec![words("group"), number("held"), number("broken"), number("not tried"), number("rows")],
        rows: groups.map(cells_of_group).collect(),
    })
}

fn cells_of_group(rows: &[Row]) -> Vec<Cell> {
    let count = |of: fn(&Verdict) -> bool| rows.iter().filter(|row| of(&row.verdict)).count();
    let marked = |count: usize, mark| Cell {
        mark: (count > 0).then_some(mark),
        ..Cell::number(count as f64, count.to_string())
    };
    vec![
        Cell::text(rows.first().map_or("", |row| &row.group)),
        marked(count(|verdict| matches!(verdict, Verdict::Held)), Mark::Good),
        marked(count(|verdict| matches!(verdict, Verdict::Broken(_))), Mark::Bad),
        marked(count(|verdict| matches!(verdict, Verdict::Skipped(_))), Mark::Skipped),
        Cell::number(rows.len() as f64, rows.len().to_string()),
    ]
}

fn rows(at_once: Option<AtOnce>, findings: &Findings) -> Section {
    // Where all rows held, the column would say the same of each of them.
    let has_seen = findings.rows.iter().any(|row| !seen(row).is_empty());
    let seen = has_seen.then(|| words("what was seen"));
    let columns = [words("row"), words("verdict")].into_iter().chain(seen);
    let mut rows: Vec<_> = findings.rows.iter().collect();
    // Stable: rows of one verdict stay in the order of the suite.
    rows.sort_by_key(|row| match row.verdict {
        Verdict::Broken(_) => 0,
        Verdict::Skipped(_) => 1,
        Verdict::Held => 2,
    });
    let limit = at_once.map_or_else(String::new, |at_once| limit(&findings.subject, at_once));
    Section::Table(Table {
        heading: format!("Rows of {}", findings.subject),
        caption: format!("{}.{limit} A header sorts the table by its column.", sum(findings)),
        columns: columns.chain([words("group"), number("took, ms")]).collect(),
        rows: rows.into_iter().map(|row| cells(row, has_seen)).collect(),
    })
}

/// The number with which the rows about calls in flight are read.
fn limit(subject: &str, at_once: AtOnce) -> String {
    match at_once {
        AtOnce::One | AtOnce::Workers => format!(
            " {subject} can have {at_once} in flight: where a row asks for calls that wait together, it asks {subject} for no more."
        ),
        AtOnce::Unlimited => String::new(),
    }
}

fn cells(row: &Row, has_seen: bool) -> Vec<Cell> {
    let (word, mark) = match &row.verdict {
        Verdict::Broken(_) => ("broken", Mark::Bad),
        Verdict::Skipped(_) => ("not tried", Mark::Skipped),
        Verdict::Held => ("held", Mark::Good),
    };
    let seen = Some(seen(row)).filter(|seen| !seen.is_empty()).unwrap_or_else(|| AS_EXPECTED.into());
    let first = [Cell::text(&row.name), Cell { text: word.into(), number: None, mark: Some(mark) }];
    let last = [Cell::text(&row.group), Cell::number(row.took_ms as f64, row.took_ms.to_string())];
    first.into_iter().chain(has_seen.then(|| Cell::text(seen))).chain(last).collect()
}

/// Why a row did not hold, or not at once, and what a program called its failure; empty for most rows that held.
fn seen(row: &Row) -> String {
    let why = match &row.verdict {
        Verdict::Broken(why) | Verdict::Skipped(why) => Some(why.clone()),
        Verdict::Held => None,
    };
    let retried = row.retried.iter().map(|why| format!("tried again after: {why}"));
    why.into_iter().chain(retried).chain(row.note.clone()).collect::<Vec<_>>().join("; ")
}

/// Where the findings are from.
fn origin() -> Section {
    let program = concat!("meanwhile ", env!("CARGO_PKG_VERSION"));
    let facts = [("command", origin::command()), ("ended", origin::now()), ("program", program.into())];
    Section::Facts {
        heading: "Where this is from".into(),
        facts: facts.map(|(name, value)| [name.into(), value]).into(),
    }
}
