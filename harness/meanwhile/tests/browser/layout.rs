//! What a page looks like on a telephone and on a projector, light and dark.

use serde_json::json;
use timeline::page::{Cell, Page, Section, Table, TableColumn};

use crate::Test;
use crate::made::{everything, loop_of, page};
use crate::tab::Tab;

pub(crate) const TESTS: &[Test] = &[
    ("a_page_is_never_wider_than_its_window", never_wider),
    ("on_a_telephone_all_cells_of_a_table_are_in_sight_with_their_names", cells_in_sight),
    ("words_and_lanes_have_enough_contrast_in_light_and_dark", contrast),
    ("lanes_are_drawn_anew_when_the_window_changes", drawn_anew),
    ("no_state_is_told_apart_by_colour_alone", shapes_differ),
];

/// Returns a list of what has too little contrast.
const CONTRAST: &str = include_str!("contrast.js");

fn never_wider(tab: &Tab) {
    for name in ["short", &"a-very-long-name-without-a-blank-".repeat(8)] {
        tab.show(&everything(name));
        for width in [390, 1_280, 1_920] {
            tab.look(width, "light");
            let root = "document.documentElement";
            assert_eq!(tab.number(&format!("{root}.clientWidth")), f64::from(width));
            let wide = tab.number(&format!("{root}.scrollWidth"));
            assert!(wide <= f64::from(width), "{wide} of {width} pixels");
            let lanes = tab.number("document.querySelector('.row .drawing').clientWidth");
            assert!(lanes > f64::from(width) / 2.0, "{lanes} of {width} pixels are for lanes");
        }
    }
}

fn cells_in_sight(tab: &Tab) {
    let cells: Vec<_> = (0..12).map(|at| Cell::number(f64::from(at), "1234.567")).collect();
    let column = |at| TableColumn { name: format!("column {at}, ms"), is_number: true };
    let table = Table { columns: (0..12).map(column).collect(), rows: vec![cells], ..Table::default() };
    tab.show(&Page { sections: vec![Section::Table(table)], ..Page::default() });
    tab.look(390, "light");
    let beyond = "[...document.querySelectorAll('tbody th, tbody td')]
        .filter((cell) => cell.getBoundingClientRect().right > 390 || cell.getBoundingClientRect().width === 0).length";
    assert_eq!(tab.number(beyond), 0.0);
    assert_eq!(
        tab.text("getComputedStyle(document.querySelector('td'), '::before').content"),
        "\"column 1, ms\""
    );
}

fn contrast(tab: &Tab) {
    tab.show(&everything("name"));
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        tab.look(1_280, scheme);
        papers.push(tab.text("getComputedStyle(document.body).backgroundColor"));
        assert_eq!(tab.run(CONTRAST), json!([]), "{scheme}");
    }
    assert_ne!(papers[0], papers[1]);
}

fn drawn_anew(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 2)]));
    for width in [390, 1_920] {
        tab.look(width, "light");
        tab.wait_for(
            "document.querySelector('.row .drawing').viewBox.baseVal.width === document.querySelector('.axis').clientWidth",
        );
    }
}

/// In the legend each state has a pattern or a shape that no other state of its kind has.
fn shapes_differ(tab: &Tab) {
    tab.show(&page(&[loop_of("epoll", 2)]));
    let looks = tab.read(
        "[...document.querySelectorAll('.legend path')].map((path) => {
            const fill = getComputedStyle(path).fill;
            return (fill.includes('url') ? fill : 'plain') + path.getAttribute('d');
        })",
    );
    let looks: Vec<_> = looks.as_array().expect("a list").iter().map(ToString::to_string).collect();
    let (calls, threads) = looks.split_at(5);
    for kind in [calls, threads] {
        for (at, look) in kind.iter().enumerate() {
            assert!(!kind[at + 1..].contains(look), "{look} is drawn for two states");
        }
    }
}
