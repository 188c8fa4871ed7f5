//! Tables that fit where they are shown: the least important columns are left out until the rest fits.
//!
//! *What to notice*: the width of a table is measured, not computed, so that padding and wide characters cannot be
//! forgotten. A table has few columns, so it is laid out anew for each column that is left out.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, TableStyle, Width};
use console::measure_text_width;

/// One column of a table of such rows.
pub(crate) struct Column<Row> {
    /// Its name, and its unit on a second line.
    pub(crate) header: &'static str,
    /// Columns with a larger number are left out first; 0 always stays.
    pub(crate) gives_way: u8,
    /// Where its cells are aligned.
    pub(crate) alignment: CellAlignment,
    /// The width that its text is wrapped to before another column gives way, if it can be wrapped.
    pub(crate) wraps_to: Option<u16>,
    /// What it shows of a row.
    pub(crate) cell: fn(&Row) -> String,
}

/// Whether a line is drawn below the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A line below the header.
    BelowHeader,
    /// No lines at all.
    None,
}

/// The least width of a column of text in a terminal too narrow for anything else.
const NARROW: u16 = 12;

/// No lines but one below the header.
const RULED: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The lines of the table, with as many columns as fit into `width`; with all of them where there is no width.
pub(crate) fn lines<Row>(
    columns: &[Column<Row>],
    rows: &[Row],
    rule: Rule,
    width: Option<usize>,
) -> Vec<String> {
    let mut kept: Vec<_> = columns.iter().collect();
    loop {
        let (table, fits) = layout(&kept, rows, rule, width);
        let last = kept.iter().map(|column| column.gives_way).max().unwrap_or(0);
        if fits || last == 0 {
            return table;
        }
        kept.retain(|column| column.gives_way != last);
    }
}

/// The lines of a table with these columns, and whether they fit.
fn layout<Row>(
    columns: &[&Column<Row>],
    rows: &[Row],
    rule: Rule,
    width: Option<usize>,
) -> (Vec<String>, bool) {
    let mut table = filled(columns, rows, rule);
    let fits = |lines: &[String]| {
        width.is_none_or(|width| lines.iter().all(|line| measure_text_width(line) <= width))
    };
    let lines = trimmed(&table);
    let wraps = columns.iter().any(|column| column.wraps_to.is_some());
    let Some(width) = width.filter(|_| wraps && !fits(&lines)) else {
        let fits = fits(&lines);
        return (lines, fits);
    };
    let can_give_way = columns.iter().any(|column| column.gives_way > 0);
    let constraints = columns.iter().map(|column| match column.wraps_to {
        // With no other column to leave out, it gets what there is.
        Some(least) => {
            ColumnConstraint::LowerBoundary(Width::Fixed(if can_give_way { least } else { NARROW }))
        }
        None => ColumnConstraint::ContentWidth,
    });
    table.set_content_arrangement(ContentArrangement::Dynamic).set_constraints(constraints);
    table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    let lines = trimmed(&table);
    let fits = fits(&lines);
    (lines, fits)
}

fn filled<Row>(columns: &[&Column<Row>], rows: &[Row], rule: Rule) -> Table {
    let mut table = Table::new();
    table.load_style(match rule {
        Rule::BelowHeader => RULED,
        Rule::None => NOTHING,
    });
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|column| column.header));
    for row in rows {
        table.add_row(columns.iter().map(|column| (column.cell)(row)));
    }
    for (at, column) in columns.iter().enumerate() {
        if let Some(shown) = table.column_mut(at) {
            shown.set_cell_alignment(column.alignment);
            // A rule has a gap between columns already.
            shown.set_padding(if rule == Rule::BelowHeader { (1, 0) } else { (1, 1) });
        }
    }
    table
}

fn trimmed(table: &Table) -> Vec<String> {
    table.lines().map(|line| line.trim_end().to_owned()).collect()
}
