//! Which rows of the suite are wanted.

use clap::Args;

/// Which rows of the suite are wanted; all, unless something narrows them down.
#[derive(Args, Clone, Debug, Default)]
pub struct Rows {
    /// Only the rows whose names contain this
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub only: String,
    /// Only the rows of this group
    #[arg(long, value_parser = ["promise", "connect", "request", "head", "framing"])]
    pub group: Option<String>,
    /// Also the rows of ten thousand calls, for a release build
    #[arg(long)]
    pub large: bool,
}

impl Rows {
    /// Whether this row is wanted.
    pub(super) fn include(&self, group: &str, name: &str) -> bool {
        name.contains(&self.only) && self.group.as_deref().is_none_or(|wanted| wanted == group)
    }
}
