//! One HTML file: what a program has to say in words, bars and tables, and timelines that can be replayed.
//!
//! *What to notice*: the file asks no network and runs no script but its own: a content policy names the script and the
//! style by their hashes. Everything that is from outside is data in JSON, which the script shows as text.
//!
//! *What is deliberately missing*: HTML made here. The one template is `page/page.html`, and `page/*.js` builds the page
//! from the data, so that a page that is written once and one that is served while a race runs are the same.

mod run;
mod section;

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use run::Run;
pub use section::{Ballot, Bar, Candidate, Cell, Column as TableColumn, Guesses, Mark, Section, Table};

const TEMPLATE: &str = include_str!("../../page/page.html");
const STYLE: &str = include_str!("../../page/page.css");
/// One script: its files use each other's functions.
const SCRIPT: &str = concat!(
    include_str!("../../page/element.js"),
    include_str!("../../page/lanes.js"),
    include_str!("../../page/draw.js"),
    include_str!("../../page/runs.js"),
    include_str!("../../page/replay.js"),
    include_str!("../../page/sections.js"),
    include_str!("../../page/room.js"),
    include_str!("../../page/page.js"),
);

/// A page, as data.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Page {
    /// What it is called, at its top and in the browser's list of pages.
    pub title: String,
    /// What to see in it, a sentence each.
    pub lead: Vec<String>,
    /// What it has, from top to bottom.
    pub sections: Vec<Section>,
    /// Where a page that is served hears what is new, such as `/events`; nothing for one that is complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl Page {
    /// The file. It asks for nothing, unless it has a source, a form or a button: then for that of its own server.
    #[must_use]
    pub fn html(&self) -> String {
        let connect = if self.is_served() { " connect-src 'self';" } else { "" };
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}';{connect} base-uri 'none'; form-action 'none'",
            hash(SCRIPT),
            hash(STYLE)
        );
        let parts = [("POLICY", &*policy), ("STYLE", STYLE), ("DATA", &self.json()), ("SCRIPT", SCRIPT)];
        let mut html = String::new();
        let mut rest = TEMPLATE;
        // Each part stands in the template once, in this order, so that no data is taken for a part.
        for (name, part) in parts {
            let (before, after) = rest.split_once(&format!("{{{{{name}}}}}")).unwrap_or((rest, ""));
            html.extend([before, part]);
            rest = after;
        }
        html + rest
    }

    fn is_served(&self) -> bool {
        let asks = |section: &Section| matches!(section, Section::Invitation { .. } | Section::Ballot(_));
        self.source.is_some() || self.sections.iter().any(asks)
    }

    /// The data of the page, which no reader of HTML takes for markup.
    #[must_use]
    pub fn json(&self) -> String {
        as_data(self)
    }
}

/// JSON without `<`: neither `</script` nor `<!--` can stand in it.
pub(crate) fn as_data(value: &impl Serialize) -> String {
    // A page is made of text and numbers: writing those to memory cannot fail.
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}

/// As a content policy names a script or a style.
fn hash(source: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(source)))
}
