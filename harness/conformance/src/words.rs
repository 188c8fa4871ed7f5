//! Outcomes as a person reads them: `200 "17"`, not a list of bytes.

use downstream_call::Outcome;

/// Characters of a body that are shown.
const BODY: usize = 40;

/// `200 "17"`, or the failure by its name.
pub(crate) fn told(outcome: &Outcome) -> String {
    match outcome {
        Ok(reply) => format!("{} {}", reply.status, quoted(&reply.body)),
        Err(failure) => failure.to_string(),
    }
}

/// Each kind of outcome once, with how many calls ended so: `3 calls with timed-out, 1 call with status 200`.
pub(crate) fn all_told(outcomes: &[Outcome]) -> String {
    const KINDS: usize = 4;
    let mut counts: Vec<(String, usize)> = Vec::new();
    for text in outcomes.iter().map(kind) {
        match counts.iter_mut().find(|(known, _)| *known == text) {
            Some((_, count)) => *count += 1,
            None => counts.push((text, 1)),
        }
    }
    let counted = |(text, count): &(String, usize)| format!("{} with {text}", calls(*count));
    let mut shown: Vec<_> = counts.iter().take(KINDS).map(counted).collect();
    if counts.len() > KINDS {
        shown.push(format!("{} in other ways", calls(counts[KINDS..].iter().map(|(_, count)| count).sum())));
    }
    shown.join(", ")
}

fn kind(outcome: &Outcome) -> String {
    match outcome {
        Ok(reply) => format!("status {}", reply.status),
        Err(failure) => failure.to_string(),
    }
}

/// The status and the size: where the bytes of a body say nothing.
pub(crate) fn sized(outcome: &Outcome) -> String {
    match outcome {
        Ok(reply) => format!("status {} and {} bytes", reply.status, reply.body.len()),
        Err(failure) => failure.to_string(),
    }
}

/// `1 call`, `2 calls`.
pub(crate) fn calls(count: usize) -> String {
    format!("{count} call{}", if count == 1 { "" } else { "s" })
}

/// At most `limit` characters of `bytes`, with nothing in them that could move a cursor or turn text around.
#[must_use]
pub fn printable(bytes: &[u8], limit: usize) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == limit {
            shown.push('…');
            break;
        }
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

fn quoted(body: &[u8]) -> String {
    let start = body[..body.len().min(BODY)].escape_ascii();
    if body.len() > BODY { format!("\"{start}…\" ({} bytes)", body.len()) } else { format!("\"{start}\"") }
}
