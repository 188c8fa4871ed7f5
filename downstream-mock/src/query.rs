//! The query of a path, after the question mark, read as far as the routes need it.
//!
//! *What is deliberately missing*: percent-decoding. No name or value here needs it.

use std::{ops::RangeInclusive, str::FromStr};

/// The query of a request. If a name comes twice, the first one counts.
pub(crate) struct Query<'a>(pub(crate) &'a str);

impl<'a> Query<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The number called `name`, if the query has it; `Err` names the range that is allowed.
    pub(crate) fn number(&self, name: &str, allowed: RangeInclusive<u64>) -> Result<Option<u64>, String> {
        match self.get(name).map(u64::from_str) {
            None => Ok(None),
            Some(Ok(number)) if allowed.contains(&number) => Ok(Some(number)),
            Some(_) => {
                Err(format!("{name} must be a whole number from {} to {}", allowed.start(), allowed.end()))
            }
        }
    }
}
