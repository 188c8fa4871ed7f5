//! The page of a check: what to mend first, then every row, broken ones first.

use conformance::report::sum;
use conformance::{Findings, FirstCause, Row, Verdict};
use timeline::page::{Cell, Mark, Page, Section, Table, TableColumn};

/// The page of these findings.
pub(super) fn page(all: &[Findings]) -> Page {
    let names: Vec<_> = all.iter().map(|findings| findings.subject.as_str()).collect();
    Page {
        title: format!("Check: {}", names.join(", ")),
        lead: all.iter().map(sum).collect(),
        sections: all.iter().flat_map(sections).collect(),
        source: None,
    }
}

fn sections(findings: &Findings) -> impl Iterator<Item = Section> {
    let cause = findings.first_cause.as_ref().map(|cause| first_cause(&findings.subject, cause));
    cause.into_iter().chain([table(findings)])
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

fn table(findings: &Findings) -> Section {
    let column = |name: &str, is_number| TableColumn { name: name.into(), is_number };
    let columns = vec![
        column("row", false),
        column("verdict", false),
        column("what was seen", false),
        column("group", false),
        column("took, ms", true),
    ];
    let mut rows: Vec<_> = findings.rows.iter().collect();
    // Stable: rows of one verdict stay in the order of the suite.
    rows.sort_by_key(|row| match row.verdict {
        Verdict::Broken(_) => 0,
        Verdict::Skipped(_) => 1,
        Verdict::Held => 2,
    });
    Section::Table(Table {
        heading: format!("Rows of {}", findings.subject),
        caption: format!("{}. A header sorts the table by its column.", sum(findings)),
        columns,
        rows: rows.into_iter().map(cells).collect(),
    })
}

fn cells(row: &Row) -> Vec<Cell> {
    let (word, why, mark) = match &row.verdict {
        Verdict::Broken(why) => ("broken", why.as_str(), Mark::Bad),
        Verdict::Skipped(why) => ("not tried", why.as_str(), Mark::Skipped),
        Verdict::Held => ("held", "", Mark::Good),
    };
    let retried = row.retried.iter().map(|why| format!("tried again after: {why}"));
    let seen: Vec<_> = [why.to_owned()].into_iter().chain(retried).chain(row.note.clone()).collect();
    vec![
        Cell::text(&row.name),
        Cell { text: word.into(), number: None, mark: Some(mark) },
        Cell::text(seen.join("; ").trim_start_matches("; ")),
        Cell::text(&row.group),
        Cell::number(row.took_ms as f64, row.took_ms.to_string()),
    ]
}
