//! The placeholders of a program's command, and what is wrong with those that are none.
//!
//! *What to notice*: a command that does not know the URL cannot make the calls, and `{ulr}` is passed on as it is: both would
//! end as a program that fails, and that is the wrong thing to look for.

/// All placeholders there are.
const ALL: [&str; 5] = ["{url}", "{calls}", "{in_flight}", "{timeout_s}", "{timeout_ms}"];

/// # Errors
/// A word has a placeholder that does not exist, or none has `{url}`; the text says the cure.
pub(crate) fn check(words: &[String]) -> Result<(), String> {
    if let Some(unknown) = words.iter().flat_map(|word| in_braces(word)).find(|name| !ALL.contains(name)) {
        return Err(cure(unknown));
    }
    if words.iter().any(|word| word.contains(ALL[0])) {
        return Ok(());
    }
    Err("the command has no {url}: write {url} where it takes what to call".into())
}

/// Names in braces, with their braces. What stands after a `$` is a shell's, and what is no lower-case word is no name.
fn in_braces(word: &str) -> impl Iterator<Item = &str> {
    word.match_indices('{').filter_map(|(start, _)| {
        let end = start + word[start..].find('}')? + 1;
        let name = &word[start + 1..end - 1];
        let is_name = name.starts_with(|sign: char| sign.is_ascii_lowercase())
            && name.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_');
        (is_name && !word[..start].ends_with('$')).then_some(&word[start..end])
    })
}

fn cure(unknown: &str) -> String {
    let distance = |name: &&str| strsim::damerau_levenshtein(name, unknown);
    match ALL.into_iter().min_by_key(distance) {
        Some(near) if distance(&near) <= 2 => {
            format!("no placeholder is called {unknown}: did you mean {near}")
        }
        _ => format!(
            "no placeholder is called {unknown}: there are {}; put a blank inside braces that are the program's own",
            ALL.join(", ")
        ),
    }
}
