//! Tidy is a test: what the house style and the book say about the files of this workspace.
//!
//! *What to notice*: everything here is read from the files as they are: manifests, sources, pages. A rule that only a
//! reviewer knows is forgotten; a rule that is a test fails for everyone who breaks it.
//!
//! *What is deliberately missing*: what a compiler or clippy says already: `unsafe`, lengths of functions, formatting.

mod support;
mod tidy {
    pub(crate) mod book;
    pub(crate) mod workspace;
}

use std::collections::BTreeSet;
use std::path::Path;

use meanwhile::models::MODELS;
use support::{can_be_made, meanwhile};
use tidy::book::{Page, commands, front_pages, pages, slug, summary};
use tidy::workspace::{Package, file, files, is_model, lines_below, model_crates, packages, root, search};

/// The longest page a model may be.
const MODEL_LINES: usize = 250;

/// What a model's page opens with.
const SAYS: [&str; 3] = ["*How it waits*", "*What to notice*", "*What is deliberately missing*"];

/// What a model's page in the book has, in this order.
const SECTIONS: [&str; 5] = [
    "How it waits",
    "What to notice",
    "What it costs, and where it breaks",
    "How to measure it yourself",
    QUESTIONS,
];

/// The section of a page that asks. `ANSWERS` has a section for each page with one, called as the page is.
const QUESTIONS: &str = "To think about";
const ANSWERS: &str = "docs/src/answers.md";

/// The section of `ANSWERS` for what exercises ask, which are no pages.
const PREDICTIONS: &str = "Predict first, exercise by exercise";

/// The least that a page and a section have to say, in words.
const PAGE_WORDS: usize = 100;
const SECTION_WORDS: usize = 10;

/// Where `unsafe` is allowed, with a reason beside it.
const UNSAFE: [&str; 2] = [
    "crates/downstream-call/tests/allocations.rs", // counts allocations
    "crates/io-uring/src/ring/lent.rs",            // lends memory to the kernel
];

/// Where the crates of models may be named: the start of a path, and the one crate if it is not all of them.
const MAY_NAME_MODELS: [(&str, &str); 6] = [
    ("harness/meanwhile/Cargo.toml", ""),
    ("harness/meanwhile/src/models/list.rs", ""),
    ("harness/meanwhile/tests/tidy", ""),  // the exceptions of these tests
    ("xtask/src/mutation/defects.rs", ""), // the defects of certain models
    ("crates/compute-offload/", "crates/async-await"), // is built on it
    ("crates/per-core/", "crates/generator-style"), // is built on it
];

/// Fails with all complaints at once.
fn none(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<_> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_source_file_opens_with_what_it_is_for() {
    let bare = |path: &String| !file(path).starts_with("//! ");
    none(files(".rs").into_iter().filter(bare).map(|path| format!("{path} does not open with //!")));
}

#[test]
fn a_models_page_says_how_it_waits_what_to_notice_and_what_is_missing() {
    none(model_crates().flat_map(|name| {
        let path = format!("crates/{name}/src/lib.rs");
        let header: String = file(&path).lines().take_while(|line| line.starts_with("//!")).collect();
        SAYS.into_iter()
            .filter(move |says| !header.contains(says))
            .map(move |says| format!("{path} lacks {says}"))
    }));
}

#[test]
fn a_models_page_is_read_in_one_sitting() {
    none(model_crates().filter_map(|name| {
        let lines = file(&format!("crates/{name}/src/lib.rs")).lines().count();
        (lines >= MODEL_LINES)
            .then(|| format!("{name}: lib.rs has {lines} lines; {MODEL_LINES} are too many"))
    }));
}

/// `downstream-call <- readiness <- models <- meanwhile <- benches`, and `downstream-call, downstream-mock, observe <-
/// conformance <- contestant <- exercises <- meanwhile`.
#[test]
fn dependencies_point_one_way() {
    let all = packages();
    none(all.iter().flat_map(|package| {
        let wrong = |needed: &&String| !may_need(package, needed);
        package.needs.iter().filter(wrong).map(|needed| format!("{} must not need {needed}", package.folder))
    }));
}

/// What a package may be built from, beside what others publish. Folders, not names: a folder says what a package is.
fn may_need(package: &Package, needed: &str) -> bool {
    let below = matches!(needed, "crates/downstream-call" | "crates/readiness");
    match package.folder.as_str() {
        "downstream-mock"
        | "downstream-mock/oracle"
        | "crates/downstream-call"
        | "harness/observe"
        | "harness/timeline" => false,
        "crates/readiness" => needed == "crates/downstream-call",
        // Built on one other model each, and say so.
        "crates/per-core" => below || needed == "crates/generator-style",
        "crates/compute-offload" => {
            let others =
                package.needs.iter().filter(|folder| !folder.ends_with("-call") && !folder.ends_with("ness"));
            below || (others.count() == 1 && needed.starts_with("crates/"))
        }
        "harness/conformance" => is_below_the_suite(needed),
        "harness/contestant" => {
            is_below_the_suite(needed) || matches!(needed, "harness/conformance" | "harness/timeline")
        }
        "harness/exercises" => {
            matches!(needed, "harness/conformance" | "harness/contestant" | "harness/observe")
        }
        "harness/meanwhile" => needed != "benches" && needed != "xtask",
        "benches" => needed != "xtask",
        "xtask" => needed == "harness/conformance",
        _model => below,
    }
}

fn is_below_the_suite(folder: &str) -> bool {
    matches!(folder, "crates/downstream-call" | "downstream-mock" | "harness/observe")
}

/// A model's tests may hold it against the suite, which knows no model.
#[test]
fn tests_may_need_the_mock_its_oracle_and_the_suite_and_nothing_else_from_above() {
    none(packages().iter().flat_map(|package| {
        let allowed = |needed: &str| {
            let is_mock = needed == "downstream-mock" && package.folder != "downstream-mock";
            let is_oracle = needed == "downstream-mock/oracle";
            let is_suite = needed == "harness/conformance" && package.folder.starts_with("crates/");
            may_need(package, needed) || is_mock || is_oracle || is_suite
        };
        let wrong = package.tests_need.iter().filter(move |needed| !allowed(needed));
        wrong
            .map(|needed| format!("the tests of {} must not need {needed}", package.folder))
            .collect::<Vec<_>>()
    }));
}

/// So a new model needs a change in its own folder, in the list, and in its page alone.
#[test]
fn only_the_list_names_a_models_crate() {
    let models: Vec<_> = packages().into_iter().filter(is_model).collect();
    let may_name = |path: &str, model: &Package| {
        path.starts_with(&format!("{}/", model.folder))
            || MAY_NAME_MODELS.iter().any(|(start, folder)| {
                path.starts_with(start) && (folder.is_empty() || *folder == model.folder)
            })
    };
    none(files(".rs").into_iter().chain(files("Cargo.toml")).flat_map(|path| {
        let text = file(&path);
        let named = models.iter().filter(|model| !may_name(&path, model) && model.is_named_in(&path, &text));
        named.map(|model| format!("{path} names {}", model.folder)).collect::<Vec<_>>()
    }));
}

#[test]
fn every_crate_takes_versions_and_lints_from_the_workspace() {
    none(packages().into_iter().flat_map(|package| package.own_ways));
}

#[test]
fn every_dependency_says_why_it_is_here() {
    let manifest = file("Cargo.toml");
    let mute = |line: &&str| line.contains(" = ") && !line.contains("path = ") && !line.contains(" # ");
    let lines = lines_below(&manifest, "[workspace.dependencies]");
    none(lines.filter(mute).map(|line| format!("without a reason: {line}")));
}

/// The lint denies it everywhere; a crate that allows it explains it on its page.
#[test]
fn unsafe_stands_only_where_it_is_explained() {
    let allows = |path: &String| file(path).contains(concat!("allow(unsafe", "_code"));
    let explained = |path: &String| UNSAFE.iter().any(|place| path.starts_with(place));
    let others = files(".rs").into_iter().filter(|path| allows(path) && !explained(path));
    none(others.map(|path| format!("{path} allows unsafe")));
}

#[test]
fn every_model_has_a_page_in_the_book() {
    let titles: Vec<_> = summary().into_iter().map(|(title, _)| title).collect();
    let named = |name: &str| titles.iter().any(|title| title.split(", ").any(|part| part == name));
    let missing = MODELS.iter().filter(|entry| !named(entry.name));
    none(missing.map(|entry| format!("no page of the summary is called {}", entry.name)));
}

#[test]
fn every_models_page_has_a_crate_and_every_crate_a_page() {
    let stem = |target: String| target.strip_prefix("models/")?.strip_suffix(".md").map(String::from);
    let pages: BTreeSet<_> = summary().into_iter().filter_map(|(_, target)| stem(target)).collect();
    let crates: BTreeSet<_> = model_crates().collect();
    let without_page = crates.difference(&pages);
    let without_page =
        without_page.map(|name| format!("crates/{name} has no page models/{name}.md in SUMMARY.md"));
    let without_crate = pages.difference(&crates);
    none(
        without_page.chain(without_crate.map(|name| format!("models/{name}.md has no crate crates/{name}"))),
    );
}

/// Two words are no page.
#[test]
fn every_page_has_something_to_read() {
    none(pages().into_iter().filter_map(|page| {
        let words = page.words();
        (words < PAGE_WORDS).then(|| format!("{} has {words} words; a page has {PAGE_WORDS}", page.path))
    }));
}

#[test]
fn a_models_page_has_all_its_sections() {
    none(model_crates().flat_map(|name| {
        let page = Page::read(&format!("docs/src/models/{name}.md"));
        let complaint = |heading: &'static str| match page.words_below(heading) {
            None => Some(format!("{} has no section ## {heading}", page.path)),
            Some(words) if words < SECTION_WORDS => {
                Some(format!("{}: ## {heading} has {words} words; a section has {SECTION_WORDS}", page.path))
            }
            Some(_) => None,
        };
        SECTIONS.into_iter().filter_map(complaint).collect::<Vec<_>>()
    }));
}

/// A model that is not finished has no answers yet.
#[test]
fn every_question_has_an_answer() {
    let answers = Page::read(ANSWERS);
    let unfinished = |page: &Page| {
        MODELS
            .iter()
            .any(|entry| page.path.ends_with(&format!("/{}.md", entry.folder)) && !can_be_made(entry))
    };
    let asking: Vec<_> = pages().into_iter().filter(|page| page.words_below(QUESTIONS).is_some()).collect();
    let of_pages = answers.sections().filter(|title| *title != PREDICTIONS);
    let unasked = of_pages.filter(|title| asking.iter().all(|page| page.title() != *title));
    let unasked = unasked.map(|title| format!("{ANSWERS} has ## {title}, and no page called so asks"));
    none(
        asking
            .iter()
            .filter(|page| !unfinished(page))
            .filter_map(|page| unanswered(page, &answers))
            .chain(unasked),
    );
}

/// What is missing in the answers to a page.
fn unanswered(page: &Page, answers: &Page) -> Option<String> {
    let (path, title) = (&page.path, page.title());
    let asked = page.numbered_below(QUESTIONS).unwrap_or(0);
    let up = "../".repeat(path.matches('/').count() - ANSWERS.matches('/').count());
    let link = format!("{up}answers.md#{}", slug(title));
    match answers.numbered_below(title) {
        None => Some(format!("{path} asks, and {ANSWERS} has no section ## {title}")),
        Some(_) if asked == 0 => Some(format!("{path}: ## {QUESTIONS} has no numbered questions")),
        Some(given) if given != asked => {
            Some(format!("{path} has {asked} questions, and {ANSWERS} {given} answers"))
        }
        Some(_) if !page.links_below(QUESTIONS, &link) => {
            Some(format!("{path}: ## {QUESTIONS} has no link to {link}"))
        }
        Some(_) => None,
    }
}

/// A model that cannot be made here yet has no run to draw.
#[test]
fn every_models_page_opens_with_a_picture_of_its_models() {
    let titles = summary();
    let models_on = |page: &Page| {
        let is_it = |(_, target): &&(String, String)| page.path == format!("docs/src/{target}");
        let title = titles.iter().find(is_it).map(|(title, _)| title.clone()).unwrap_or_default();
        title.split(", ").map(String::from).collect::<Vec<_>>()
    };
    let can_be_made = |name: &str| MODELS.iter().any(|entry| entry.folder == name && can_be_made(entry));
    none(model_crates().filter(|name| can_be_made(name)).flat_map(|name| {
        let page = Page::read(&format!("docs/src/models/{name}.md"));
        page.faults_of_first_picture(&models_on(&page))
    }));
    let front = ["serial", "thread-pool", "epoll-state-machine", "async-await"].map(String::from);
    none(Page::read("README.md").faults_of_first_picture(&front));
}

/// `make pictures` draws what these commands draw.
#[test]
fn every_picture_says_what_to_see_and_has_the_command_that_draws_it() {
    none(pages().into_iter().chain(front_pages()).flat_map(|page| page.faults_of_pictures()));
}

#[test]
fn every_models_crate_has_a_test() {
    let is_test = |line: &str| ["#[test]", "#[rstest]"].contains(&line.trim());
    none(model_crates().filter_map(|name| {
        let mut sources = Vec::new();
        search(&format!("crates/{name}"), ".rs", &mut sources);
        let has_test = sources.iter().any(|path| file(path).lines().any(is_test));
        (!has_test)
            .then(|| format!("crates/{name} has no test: say in tests/model.rs what no other model does"))
    }));
}

#[test]
fn the_ladder_of_the_front_page_is_that_of_the_list() {
    let readme = file("README.md");
    let start = readme.find("<!-- ladder").expect("a start of the ladder");
    let end = readme.find("<!-- end of ladder -->").expect("an end of the ladder");
    let ladder: Vec<_> = readme[start..end].lines().skip(1).collect();
    let list = meanwhile(&["list", "--markdown"]).stdout;
    let list: Vec<_> = list.lines().collect();
    let missing = list.iter().filter(|line| !ladder.contains(line));
    let missing = missing.map(|line| format!("README.md lacks {line}"));
    let left = ladder.iter().filter(|line| !list.contains(line));
    let complaints: Vec<_> = missing.chain(left.map(|line| format!("README.md still has {line}"))).collect();
    assert!(
        ladder == list,
        "\n{}\nthe ladder is out of date: make ladder writes it\n",
        complaints.join("\n")
    );
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let listed: BTreeSet<_> = summary().into_iter().map(|(_, target)| format!("docs/src/{target}")).collect();
    let written: BTreeSet<_> = pages().into_iter().map(|page| page.path).collect();
    let unlisted = written.difference(&listed).map(|path| format!("{path} is not in SUMMARY.md"));
    none(unlisted.chain(
        listed.difference(&written).map(|path| format!("SUMMARY.md lists {path}, which is not there")),
    ));
}

#[test]
fn every_link_leads_somewhere() {
    let all = || pages().into_iter().chain(front_pages()).chain([Page::read("docs/src/SUMMARY.md")]);
    none(all().flat_map(|page| page.dead_links()));
}

#[test]
fn every_path_in_the_pages_exists() {
    none(pages().into_iter().chain(front_pages()).flat_map(|page| page.dead_paths()));
}

#[test]
fn every_inclusion_finds_its_file_and_anchor() {
    none(pages().into_iter().flat_map(|page| page.dead_inclusions()));
}

#[test]
fn every_quotation_still_stands_in_its_source() {
    let (mut complaints, mut quotations) = (Vec::new(), 0);
    for page in pages() {
        for quotation in page.quotations() {
            quotations += 1;
            complaints.extend(quotation.complaint(&page.path));
        }
    }
    assert!(quotations > 0, "the book quotes nothing, or this test finds nothing");
    none(complaints);
}

#[test]
fn every_command_in_the_pages_exists() {
    let help = meanwhile(&["--help"]).stdout;
    let is_command = |name: &str| help.lines().any(|line| line.split_whitespace().next() == Some(name));
    let mut complaints = Vec::new();
    for (path, words) in pages().into_iter().chain(front_pages()).flat_map(|page| commands(&page)) {
        let Some(name) = words.first().filter(|word| !word.starts_with('-')) else { continue };
        if !is_command(name) {
            complaints.push(format!("{path}: there is no meanwhile {name}"));
            continue;
        }
        let help = meanwhile(&[name, "--help"]).stdout;
        let options =
            words.iter().filter_map(|word| word.starts_with("--").then(|| word.split('=').next()).flatten());
        // `--live[=<PORT>]` may stand without a value.
        let is_option =
            |option: &str| [" ", "["].iter().any(|next| help.contains(&format!("{option}{next}")));
        let unknown = options.filter(|option| !is_option(option) && *option != "--help");
        complaints.extend(unknown.map(|option| format!("{path}: meanwhile {name} has no {option}")));
    }
    none(complaints);
}

#[test]
fn every_example_and_test_in_the_pages_exists() {
    none(pages().into_iter().chain(front_pages()).flat_map(|page| page.dead_targets()));
}

#[test]
fn every_make_target_in_the_pages_exists() {
    let makefile = file("Makefile");
    let exists = |target: &str| makefile.lines().any(|line| line.starts_with(&format!("{target}:")));
    none(pages().into_iter().chain(front_pages()).flat_map(|page| {
        let unknown = page.make_targets().into_iter().filter(|target| !exists(target));
        unknown.map(|target| format!("{}: there is no make {target}", page.path)).collect::<Vec<_>>()
    }));
}

/// Other languages take part as the book says, where they are installed.
#[test]
#[cfg(target_os = "linux")]
fn the_contestants_of_the_book_answer() {
    for (needs, command) in
        [("curl", "sh curl.sh"), ("python3", "python3 threads.py"), ("python3", "python3 asyncio_streams.py")]
    {
        if !is_installed(needs) {
            eprintln!("skipped: {command} needs {needs}");
            continue;
        }
        let (runs, script) = command.split_once(' ').expect("two words");
        let path = root().join("docs/src/contestants").join(script);
        let with = format!("--with=other={runs} {} {{url}} {{calls}}", path.display());
        let ran =
            meanwhile(&["race", "other", &with, "--calls=3", "--latency=20ms", "--patience=20s", "--json=-"]);
        assert_eq!(ran.code, Some(0), "{command}: {}{}", ran.stdout, ran.stderr);
    }
}

fn is_installed(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| Path::new(&folder).join(program).is_file())
}
