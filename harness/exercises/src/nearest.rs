//! The nearest name to one that does not exist.

/// ` (did you mean A or B?)`, with the nearest of all names; nothing if none is near.
pub(crate) fn did_you_mean<'names>(name: &str, names: impl Iterator<Item = &'names str>) -> String {
    /// Names that are offered.
    const OFFERED: usize = 3;
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).to_owned();
    let distance = |other: &str| {
        let whole = strsim::damerau_levenshtein(name, other);
        let end = strsim::damerau_levenshtein(&last(name), &last(other));
        (whole.min(end), whole)
    };
    let mut near: Vec<_> = names.map(|other| (distance(other), other)).collect();
    near.sort();
    near.retain(|((distance, _), _)| *distance <= name.len() / 2);
    let near: Vec<_> = near.into_iter().take(OFFERED).map(|(_, other)| other).collect();
    if near.is_empty() { String::new() } else { format!(": did you mean {}?", near.join(" or ")) }
}
