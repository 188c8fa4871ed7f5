//! The list of requirements and the page of the book say the same.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use conformance::{GROUPS, REQUIREMENT, Rows, cases, order_of_requirements};

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src")
}

fn page() -> String {
    fs::read_to_string(book().join("suite.md")).expect("the page of the suite")
}

/// As mdBook makes it of a title that has letters and spaces only.
fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

#[test]
fn every_requirement_keeps_a_line_of_the_contract_that_the_book_has() {
    let page = page();
    for requirement in order_of_requirements() {
        let line = format!("- {}\n", requirement.contract);
        assert!(page.contains(&line), "{}: docs/src/suite.md has no line {line}", requirement.name);
    }
}

#[test]
fn every_requirement_has_a_page_that_exists_and_a_place_to_look() {
    for requirement in order_of_requirements() {
        let (page, section) = requirement.page.split_once('#').unwrap_or((requirement.page, ""));
        let text = fs::read_to_string(book().join(page)).expect(page);
        let sections = text.lines().filter_map(|line| line.strip_prefix("## ").map(anchor));
        let has_section = section.is_empty() || sections.into_iter().any(|known| known == section);
        assert!(has_section, "{}: no section of {page} is #{section}", requirement.name);
        assert!(requirement.look_for.contains(' '), "{}: say where to look", requirement.name);
    }
}

#[test]
fn the_table_of_mistakes_names_requirements() {
    let page = page();
    let table = page.split("| the requirement that names it |\n|---|---|\n").nth(1).expect("the table");
    let rows: Vec<_> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows.len(), 16);
    let names: HashSet<_> = order_of_requirements().iter().map(|requirement| requirement.name).collect();
    for row in rows {
        let name = row.trim_end_matches('|').rsplit('|').next().expect("a column").trim();
        assert!(names.contains(name), "no requirement is called {name}");
    }
}

#[test]
fn rows_are_narrowed_down_by_group_and_by_name() {
    let all = cases(&Rows::default());
    let titles: HashSet<_> = all.iter().map(|case| (&case.group, &case.name)).collect();
    assert_eq!(titles.len(), all.len(), "two rows have the same name");
    for group in GROUPS {
        let of_group = cases(&Rows { group: Some(group.into()), ..Rows::default() });
        assert!(!of_group.is_empty() && of_group.iter().all(|case| case.group == group), "{group}");
    }
    let only = cases(&Rows { only: "no calls".into(), ..Rows::default() });
    assert_eq!(only.len(), 1);
    assert_eq!((only[0].group.as_str(), only[0].name.as_str()), (REQUIREMENT, "no calls, no outcomes"));
    let large = cases(&Rows { large: true, ..Rows::default() });
    assert_eq!(large.len(), all.len() + 1);
}

#[test]
fn rows_are_chosen_by_their_whole_names_and_a_wrong_name_is_told() {
    let named = ["no calls, no outcomes", "26 faults", "no calls"].map(String::from);
    let rows = Rows { named: named.into(), ..Rows::default() };
    let chosen: Vec<_> = cases(&rows).into_iter().map(|case| case.name).collect();
    assert_eq!(chosen, ["no calls, no outcomes"]);
    assert_eq!(rows.unknown(), ["26 faults", "no calls"]);
}
