//! Text of a picture: what fits, what an XML document may have, and times as people write them.

use ::svg::node::element::Text;
use unicode_width::UnicodeWidthStr;

/// The sizes of type: names and times, everything else.
pub(super) const LARGE: f64 = 23.0;
pub(super) const SMALL: f64 = 17.0;

/// How wide a character is at most on average, as a part of the type's size: fonts differ from reader to reader.
const CHARACTER: f64 = 0.53;

/// A line of text.
pub(super) fn line(class: &str, x: f64, y: f64, text: &str) -> Text {
    Text::new(clean(text)).set("class", class).set("x", x.round()).set("y", y.round())
}

/// How wide this text is at most, in most fonts.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.width() as f64 * size * CHARACTER
}

/// As much of a text as fits into this width.
pub(super) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.into();
    }
    let mut fitted = String::new();
    for sign in text.chars() {
        fitted.push(sign);
        if width(&fitted, size) + size > room {
            break;
        }
    }
    fitted + "…"
}

/// A text in lines that fit into this width, four at most.
pub(super) fn wrapped(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines = Vec::<String>::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            // A number and its unit stay together.
            Some(line)
                if ["s", "ms", "µs", "%"].contains(&word)
                    || width(line, size) + width(word, size) + size * CHARACTER <= room =>
            {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(fitted(word, size, room)),
        }
    }
    lines.truncate(4);
    lines
}

/// A text without the characters that no XML document may have, not even escaped, and without invisible ones.
pub(super) fn clean(text: &str) -> String {
    let shown = |sign: char| match sign {
        sign if sign.is_whitespace() => ' ',
        sign if sign.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&sign) => '\u{fffd}',
        // A mark that turns the direction of what follows would turn the rest of the line.
        sign if ('\u{202a}'..='\u{202e}').contains(&sign) || ('\u{2066}'..='\u{2069}').contains(&sign) => {
            '\u{fffd}'
        }
        sign => sign,
    };
    text.chars().map(shown).collect()
}

/// `1 call`, `2 calls`.
pub(super) fn times(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// A length of time in three digits: `4.00 s`, `40.2 ms`.
pub(super) fn took(length_us: u64) -> String {
    let (number, unit) = in_unit(length_us, length_us);
    let decimals = if number < 9.995 { 2 } else { usize::from(number < 99.95) };
    format!("{number:.decimals$} {unit}")
}

/// A round time, in the unit in which one would say `most_us`: `0.5 s`, `40 ms`.
pub(super) fn round(at_us: u64, most_us: u64) -> String {
    let (number, unit) = in_unit(at_us, most_us);
    format!("{number} {unit}")
}

fn in_unit(length_us: u64, most_us: u64) -> (f64, &'static str) {
    match most_us {
        0..1_000 => (length_us as f64, "µs"),
        1_000..999_500 => (length_us as f64 / 1e3, "ms"),
        999_500.. => (length_us as f64 / 1e6, "s"),
    }
}
