//! Which rows of the suite are wanted.

use serde::{Deserialize, Serialize};

use crate::cases;

/// The group of the contract's own sentences.
pub const REQUIREMENT: &str = "requirement";

/// Every group, in the order of the suite.
pub const GROUPS: [&str; 5] = [REQUIREMENT, "connect", "request", "head", "framing"];

/// Which rows of the suite are wanted; all, unless a field narrows them down.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Rows {
    /// Only the rows whose names contain this text.
    pub only: String,
    /// Only the rows of this group of [`GROUPS`].
    pub group: Option<String>,
    /// Only the rows that are called so, whole; any row if it is empty.
    #[serde(default)]
    pub named: Vec<String>,
    /// Also the rows of ten thousand calls, for a release build.
    pub large: bool,
}

impl Rows {
    /// Whether this row is wanted.
    #[must_use]
    pub fn include(&self, group: &str, name: &str) -> bool {
        name.contains(&self.only) && self.group.as_deref().is_none_or(|wanted| wanted == group)
    }

    /// Whether a row of this whole name is wanted.
    pub(crate) fn include_whole(&self, name: &str) -> bool {
        self.named.is_empty() || self.named.iter().any(|wanted| wanted == name)
    }

    /// The names of [`named`](Self::named) that no row has.
    #[must_use]
    pub fn unknown(&self) -> Vec<&str> {
        let cases = cases(self);
        let is_unknown = |name: &&str| cases.iter().all(|case| case.name != *name);
        self.named.iter().map(String::as_str).filter(is_unknown).collect()
    }
}
