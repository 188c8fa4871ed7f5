//! The book as text: pages, links, inclusions, quotations, commands.

use roxmltree::Document;

use super::workspace::{file, folder_of, root, search};

/// The least words that say what to see in a picture.
const PICTURE_WORDS: usize = 15;

/// A page of Markdown.
pub(crate) struct Page {
    /// Below the root.
    pub(crate) path: String,
    text: String,
}

/// Lines of a source that a page shows.
pub(crate) struct Quotation {
    /// What stands above it, which has to be a path: `` `crates/serial/src/lib.rs`: ``.
    above: String,
    lines: Vec<String>,
}

/// All pages of the book but its summary.
pub(crate) fn pages() -> Vec<Page> {
    let mut paths = Vec::new();
    search("docs/src", ".md", &mut paths);
    paths.retain(|path| path != "docs/src/SUMMARY.md");
    paths.iter().map(|path| Page::read(path)).collect()
}

/// The pages one meets before the book.
pub(crate) fn front_pages() -> Vec<Page> {
    ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(Page::read).into()
}

/// Title and target of each entry of the summary.
pub(crate) fn summary() -> Vec<(String, String)> {
    links(&file("docs/src/SUMMARY.md"))
}

/// The arguments of each `meanwhile` in a page's blocks of shell, however it is started.
pub(crate) fn commands(page: &Page) -> Vec<(String, Vec<String>)> {
    const STARTS: [&str; 3] = ["cargo run --release -- ", "target/release/meanwhile ", "meanwhile "];
    let joined = page.blocks("sh").replace("\\\n", " ");
    let arguments = |line: &str| {
        let line = line.split(" # ").next()?;
        STARTS
            .iter()
            .find_map(|start| line.split_once(start))
            .map(|(_, arguments)| arguments.trim_end().to_owned())
    };
    let words =
        |arguments: String| shlex::split(&arguments).unwrap_or_else(|| panic!("{}: {arguments}", page.path));
    joined.lines().filter_map(arguments).map(|arguments| (page.path.clone(), words(arguments))).collect()
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        Self { path: path.into(), text: file(path) }
    }

    /// How many words it has.
    pub(crate) fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }

    /// What its first line says.
    pub(crate) fn title(&self) -> &str {
        self.text.lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// How many words stand below this heading of the second level, up to the next one.
    pub(crate) fn words_below(&self, heading: &str) -> Option<usize> {
        Some(self.below(heading)?.flat_map(str::split_whitespace).count())
    }

    /// How many items the numbered list below this heading has.
    pub(crate) fn numbered_below(&self, heading: &str) -> Option<usize> {
        let is_item = |line: &&str| {
            let end = line.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(0);
            end > 0 && line[end..].starts_with(". ")
        };
        Some(self.below(heading)?.filter(is_item).count())
    }

    /// Whether a link below this heading leads to this target.
    pub(crate) fn links_below(&self, heading: &str, target: &str) -> bool {
        let text = self.below(heading).into_iter().flatten().collect::<Vec<_>>().join("\n");
        links(&text).iter().any(|(_, linked)| linked == target)
    }

    /// The headings of the second level.
    pub(crate) fn sections(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter_map(|line| line.strip_prefix("## "))
    }

    fn below(&self, heading: &str) -> Option<impl Iterator<Item = &str>> {
        let mut lines = self.text.lines().skip_while(move |line| line.strip_prefix("## ") != Some(heading));
        lines.next()?;
        Some(lines.take_while(|line| !line.starts_with("## ")))
    }

    /// Links to files that are not there, or to headings that are not in them.
    pub(crate) fn dead_links(&self) -> Vec<String> {
        let local = |target: &String| !target.contains("://");
        let targets = links(&self.prose()).into_iter().map(|(_, target)| target).filter(local);
        let complaints = targets.filter_map(|target| {
            let (path, heading) = target.split_once('#').unwrap_or((&target, ""));
            let linked = if path.is_empty() { self.path.clone() } else { self.beside(path) };
            if !root().join(&linked).exists() {
                return Some(format!("{}: {target} leads nowhere", self.path));
            }
            let found = heading.is_empty() || Self::read(&linked).headings().any(|slug| slug == heading);
            (!found).then(|| format!("{}: no heading is called {target}", self.path))
        });
        complaints.collect()
    }

    /// Paths of the workspace, in code, that are not there; what is in capitals stands for something.
    pub(crate) fn dead_paths(&self) -> Vec<String> {
        const TOP: [&str; 7] =
            ["benches/", "crates/", "docs/src/", "downstream-mock/", "fuzz/", "harness/", "xtask/"];
        let is_path = |word: &str| TOP.iter().any(|top| word.starts_with(top)) && !word.contains("NAME");
        let words = self.text.split(|sign: char| sign.is_whitespace() || "`()[]'\"|:,#".contains(sign));
        let dead = words.filter(|word| is_path(word) && !root().join(word).exists());
        dead.map(|word| format!("{}: there is no {word}", self.path)).collect()
    }

    /// `{{#include file}}` and `{{#include file:anchor}}` that find nothing.
    pub(crate) fn dead_inclusions(&self) -> Vec<String> {
        let inclusions = self.text.split("{{#include ").skip(1).filter_map(|rest| rest.split("}}").next());
        let complaints = inclusions.filter_map(|inclusion| {
            let (path, anchor) = inclusion.trim().split_once(':').unwrap_or((inclusion.trim(), ""));
            let Ok(included) = std::fs::read_to_string(root().join(self.beside(path))) else {
                return Some(format!("{}: there is no {path} to include", self.path));
            };
            let found = anchor.is_empty() || included.contains(&format!("ANCHOR: {anchor}\n"));
            (!found).then(|| format!("{}: {path} has no anchor {anchor}", self.path))
        });
        complaints.collect()
    }

    /// Each block of Rust.
    pub(crate) fn quotations(&self) -> Vec<Quotation> {
        let mut quotations = Vec::new();
        let (mut above, mut open) = (String::new(), None::<Quotation>);
        for line in self.text.lines() {
            match &mut open {
                Some(_) if line.trim() == "```" => quotations.extend(open.take()),
                Some(quotation) => quotation.lines.push(line.trim().into()),
                None if line.trim().starts_with("```rust") => {
                    open = Some(Quotation { above: above.clone(), lines: Vec::new() });
                }
                None if line.trim().is_empty() => {}
                None => above = line.trim().into(),
            }
        }
        quotations
    }

    /// What `cargo` is asked for by `-p PACKAGE --example NAME`, or `--test` or `--bench`, and is not there.
    pub(crate) fn dead_targets(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for line in self.text.lines().filter(|line| line.contains("cargo ")) {
            let words: Vec<_> = line.split([' ', '`']).collect();
            let after = |option: &str| words.iter().skip_while(|word| **word != option).nth(1).copied();
            let Some(package) = after("-p") else { continue };
            let Some(folder) = folder_of(package) else {
                complaints.push(format!("{}: there is no package {package}", self.path));
                continue;
            };
            for (option, place) in [("--example", "examples"), ("--test", "tests"), ("--bench", "benches")] {
                let Some(name) = after(option) else { continue };
                let exists = root().join(format!("{folder}/{place}/{name}.rs")).exists()
                    || file(&format!("{folder}/Cargo.toml")).contains(&format!("name = \"{name}\""));
                if !exists {
                    complaints.push(format!("{}: {package} has no {option} {name}", self.path));
                }
            }
        }
        complaints
    }

    /// What is wrong with the first picture, which there has to be, and which has to show these models.
    pub(crate) fn faults_of_first_picture(&self, models: &[String]) -> Vec<String> {
        let Some((_, path)) = self.pictures().into_iter().next() else {
            return vec![format!("{} has no picture", self.path)];
        };
        let shown = shown_in(&path);
        let missing = models.iter().filter(|model| !shown.contains(model));
        missing.map(|model| format!("{path} does not show {model}: it shows {shown:?}")).collect()
    }

    /// What is wrong with its pictures: each has to say what to see, and to have its command on the page.
    pub(crate) fn faults_of_pictures(&self) -> Vec<String> {
        self.pictures().iter().flat_map(|(says, path)| self.faults_of_picture(says, path)).collect()
    }

    /// What each picture says, and its path.
    fn pictures(&self) -> Vec<(String, String)> {
        let picture = |rest: &str| {
            let (says, path) = rest.split(".svg)\n").next()?.split_once("](")?;
            Some((says.to_owned(), self.beside(&format!("{path}.svg"))))
        };
        self.text.split("\n![").skip(1).filter_map(picture).collect()
    }

    fn faults_of_picture(&self, says: &str, path: &str) -> Vec<String> {
        let words = says.split_whitespace().count();
        let mut faults = Vec::new();
        if words < PICTURE_WORDS {
            faults.push(format!("{path} is described in {words} words; say what to see in {PICTURE_WORDS}"));
        }
        if !self.blocks("sh").lines().any(|line| line.ends_with(&format!(" --svg {path}"))) {
            faults.push(format!(
                "{}: beside the picture stands no command that ends with --svg {path}",
                self.path
            ));
        }
        faults
    }

    /// The targets of `make` in code.
    pub(crate) fn make_targets(&self) -> Vec<String> {
        let in_blocks = self.blocks("sh");
        let in_blocks = in_blocks.lines().filter_map(|line| line.strip_prefix("make "));
        let prose = self.prose();
        let in_spans = prose.split("`make ").skip(1);
        let target = |rest: &str| rest.split([' ', '`', '\n']).next().map(String::from);
        in_blocks.chain(in_spans).filter_map(target).collect()
    }

    /// A path beside this page, from the root.
    fn beside(&self, path: &str) -> String {
        let mut folders: Vec<_> = self.path.split('/').collect();
        folders.pop();
        for part in path.split('/') {
            match part {
                ".." => _ = folders.pop(),
                "." => {}
                name => folders.push(name),
            }
        }
        folders.join("/")
    }

    /// What mdBook makes of headings, to link to.
    fn headings(&self) -> impl Iterator<Item = String> {
        let headings = self.text.lines().filter(|line| line.starts_with('#'));
        headings.map(|line| slug(line.trim_start_matches('#'))).collect::<Vec<_>>().into_iter()
    }

    /// All that is in blocks of this language.
    fn blocks(&self, language: &str) -> String {
        let mut inside = false;
        let start = format!("```{language}");
        // A block within a list is indented.
        let lines = self.text.lines().map(str::trim_start).filter(|line| {
            let fence = line.starts_with("```");
            inside = if fence { *line == start } else { inside };
            inside && !fence
        });
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// All that is in no block.
    fn prose(&self) -> String {
        let mut inside = false;
        let lines = self.text.lines().filter(|line| {
            let fence = line.trim_start().starts_with("```");
            inside ^= fence;
            !inside && !fence
        });
        lines.map(|line| format!("{line}\n")).collect()
    }
}

impl Quotation {
    /// What is wrong with it, if its source does not have these lines one after another. How far they are indented does
    /// not matter.
    pub(crate) fn complaint(&self, page: &str) -> Option<String> {
        let path = self.above.strip_prefix('`').and_then(|above| above.strip_suffix("`:"));
        let Some(path) = path else {
            return Some(format!("{page}: above a quotation stands no `path`: but {}", self.above));
        };
        let Ok(source) = std::fs::read_to_string(root().join(path)) else {
            return Some(format!("{page}: there is no {path} to quote"));
        };
        let source: Vec<_> = source.lines().map(str::trim).collect();
        let stands = source.windows(self.lines.len()).any(|window| window == self.lines);
        (!stands).then(|| format!("{page}: {path} no longer says\n    {}", self.lines.join("\n    ")))
    }
}

/// What mdBook makes of a heading, to link to.
pub(crate) fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|sign| sign.is_alphanumeric() || " -_".contains(*sign));
    kept.map(|sign| if sign == ' ' { '-' } else { sign.to_ascii_lowercase() }).collect()
}

/// Whose runs a picture shows.
fn shown_in(path: &str) -> Vec<String> {
    let text = file(path);
    let picture = Document::parse(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    let names = picture.descendants().filter(|node| node.attribute("class") == Some("large"));
    names.filter_map(|name| Some(name.text()?.trim().to_owned())).collect()
}

/// Text and target of each `[text](target)`.
fn links(text: &str) -> Vec<(String, String)> {
    let ends = text.match_indices("](");
    let link = |(at, _): (usize, &str)| {
        let title = text[..at].rsplit('[').next()?.to_owned();
        let target = text[at + 2..].split([')', ' ', '\n']).next()?.to_owned();
        Some((title, target))
    };
    ends.filter_map(link).collect()
}
