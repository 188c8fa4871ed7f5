//! Amounts and foreign text, as sentences and pictures show them.

/// The longest foreign text that is shown, in characters.
const LONGEST: usize = 200;

/// `one thread`, `8 threads`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        1 => format!("one{one}"),
        number => format!("{number}{many}"),
    }
}

/// `61 ms`, `2.0 s`.
pub(crate) fn seconds(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{:.1} s", us as f64 / 1e6),
    }
}

/// Text that a contestant chose, on one line and without control characters, which a terminal would obey.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::new();
    for sign in text.chars().take(LONGEST) {
        match sign {
            '"' | '\'' | '\\' => shown.push(sign),
            _ => shown.extend(sign.escape_debug()),
        }
    }
    shown
}
