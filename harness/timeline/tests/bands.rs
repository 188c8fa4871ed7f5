//! Rows and columns add up to what the calls did.

use timeline::{About, CallState, ConnectionEvent, End, Event, Lanes, Timeline};

#[test]
fn calls_are_divided_among_rows_in_their_order() {
    let bands = waiting(10, 1_000).bands(4, 5);
    let rows: Vec<_> = bands.iter().map(|band| (band.first, band.last, band.calls)).collect();
    assert_eq!(rows, [(0, 2, 3), (3, 5, 3), (6, 8, 3), (9, 9, 1)]);
}

#[test]
fn no_time_is_lost_between_columns() {
    for columns in [1, 3, 7, 64, 5_000] {
        let bands = waiting(10, 1_000).bands(3, columns);
        let spent = bands.iter().flat_map(|band| &band.columns).map(|column| column.spent_us[1]);
        assert_eq!(spent.sum::<u64>(), 10 * 1_000, "{columns} columns");
    }
}

#[test]
fn a_column_names_what_most_of_its_time_was_spent_in() {
    let bands = waiting(1, 1_000).bands(1, 1);
    assert_eq!(bands[0].columns[0].most(), Some((CallState::Waiting, 1_000)));
    let later = waiting(1, 1_000).bands(1, 2);
    assert_eq!(later[0].columns.len(), 2);
    assert_eq!(Lanes::of(&Timeline::default()).bands(3, 3), []);
}

#[test]
fn numbers_and_times_that_cannot_be_true_need_neither_memory_nor_a_clock() {
    let mut timeline = Timeline::new(About { calls: usize::MAX, ..About::default() });
    for (event, at_us) in [(Event::HeadComplete, 7), (Event::AnswerEnded, u64::MAX)] {
        let (connection, call) = (0, Some(usize::MAX - 1));
        timeline.connections.push(ConnectionEvent { connection, call, event, at_us });
    }
    let bands = Lanes::of(&timeline).bands(3, 10);
    assert_eq!((bands.len(), bands[0].first), (1, usize::MAX - 1));
    assert_eq!(bands[0].columns[9].most().map(|(state, _)| state), Some(CallState::Waiting));
}

/// Calls that wait from their start to the end of the run.
fn waiting(calls: usize, length_us: u64) -> Lanes {
    let mut timeline = Timeline::new(About { calls, ..About::default() });
    for call in 0..calls {
        let (connection, call) = (call as u64, Some(call));
        let (event, at_us) = (Event::HeadComplete, 0);
        timeline.connections.push(ConnectionEvent { connection, call, event, at_us });
    }
    timeline.end = Some(End { at_us: length_us, ..End::default() });
    Lanes::of(&timeline)
}
