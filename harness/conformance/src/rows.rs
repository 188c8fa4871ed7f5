//! Which rows of the suite are wanted.

use serde::{Deserialize, Serialize};

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
    /// Also the rows of ten thousand calls, for a release build.
    pub large: bool,
}

impl Rows {
    /// Whether this row is wanted.
    #[must_use]
    pub fn include(&self, group: &str, name: &str) -> bool {
        name.contains(&self.only) && self.group.as_deref().is_none_or(|wanted| wanted == group)
    }
}
