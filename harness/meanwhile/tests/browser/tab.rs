//! One page in one browser: opened, looked into, used by keys, and listened to.
//!
//! *What to notice*: a test is plain code, without `async`: it does one thing after the other.

use std::cell::RefCell;
use std::fmt::Debug;
use std::fs;
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use timeline::page::Page;
use tokio::runtime::{Builder, Runtime};
use url::{ParseError, Url};

use crate::driver::Driver;

/// How long something may take to be true: a busy machine is slow, and a page that never gets there fails all the same.
const PATIENCE: Duration = Duration::from_secs(20);
const NAP: Duration = Duration::from_millis(50);

pub(crate) const ENTER: char = '\u{e007}';
pub(crate) const LEFT: char = '\u{e012}';
pub(crate) const RIGHT: char = '\u{e014}';
pub(crate) const DOWN: char = '\u{e015}';

/// A browser with one tab.
pub(crate) struct Tab {
    client: Client,
    runtime: Runtime,
    folder: TempDir,
    /// Every page that was opened, as the browser writes its address.
    opened: RefCell<Vec<String>>,
}

/// A command of Chromium's own driver.
#[derive(Debug)]
struct Own {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Own {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Tab {
    pub(crate) fn open(driver: &Driver) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let Value::Object(capabilities) = capabilities() else { unreachable!("an object, see below") };
        builder.capabilities(capabilities);
        let client = runtime.block_on(builder.connect(&driver.url())).expect("the browser starts");
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { client, runtime, folder, opened: RefCell::default() }
    }

    /// Writes the page to a file, and opens it as a reader does.
    pub(crate) fn show(&self, page: &Page) {
        let path = self.folder.path().join("page.html");
        fs::write(&path, page.html()).expect("a file");
        let url = Url::from_file_path(&path).expect("an absolute path");
        self.goto(url.as_str());
    }

    pub(crate) fn goto(&self, url: &str) {
        self.opened.borrow_mut().push(url.into());
        self.runtime.block_on(self.client.goto(url)).expect("the page opens");
    }

    /// What an expression of JavaScript is in this page.
    pub(crate) fn read(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression});"))
    }

    /// What statements of JavaScript return.
    pub(crate) fn run(&self, statements: &str) -> Value {
        let ran = self.runtime.block_on(self.client.execute(statements, Vec::new()));
        ran.unwrap_or_else(|error| panic!("{statements}: {error}"))
    }

    pub(crate) fn number(&self, expression: &str) -> f64 {
        let value = self.read(expression);
        value.as_f64().unwrap_or_else(|| panic!("{expression} is {value}"))
    }

    pub(crate) fn text(&self, expression: &str) -> String {
        let value = self.read(expression);
        value.as_str().unwrap_or_else(|| panic!("{expression} is {value}")).into()
    }

    /// Until the expression is true.
    pub(crate) fn wait_for(&self, expression: &str) {
        let started = std::time::Instant::now();
        while self.read(expression) != Value::Bool(true) {
            assert!(started.elapsed() < PATIENCE, "never true: {expression}");
            std::thread::sleep(NAP);
        }
    }

    /// Presses a key and lets it go, wherever the focus is.
    pub(crate) fn press(&self, key: char) {
        let keys = KeyActions::new("keyboard".into())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        self.runtime.block_on(self.client.perform_actions(keys)).expect("a key");
    }

    /// As wide as a telephone or a projector, light or dark.
    pub(crate) fn look(&self, width: u32, scheme: &str) {
        let size = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": features }));
    }

    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.own("goog/cdp/execute", json!({ "cmd": command, "params": parameters }))
    }

    fn own(&self, path: &'static str, body: Value) -> Value {
        self.runtime.block_on(self.client.issue_cmd(Own { path, body })).expect("Chromium's own command")
    }

    /// Nothing was written to the console, and nothing was asked for but the pages that were opened.
    pub(crate) fn has_kept_to_itself(&self) {
        let console = self.own("se/log", json!({ "type": "browser" }));
        assert_eq!(console, json!([]), "the console");
        let log = self.own("se/log", json!({ "type": "performance" }));
        let opened = self.opened.borrow();
        let asked: Vec<_> = log.as_array().expect("a list").iter().filter_map(asked_for).collect();
        let others: Vec<_> =
            asked.iter().filter(|url| !opened.iter().any(|page| url.starts_with(page))).collect();
        assert!(others.is_empty(), "asked for: {others:?}");
        assert!(asked.len() >= opened.len(), "the log of requests has all: {asked:?}");
    }
}

fn capabilities() -> Value {
    let mut arguments = vec!["--headless", "--hide-scrollbars", "--disable-gpu", "--no-first-run"];
    // Chromium refuses to sandbox what root starts.
    if is_root() {
        arguments.push("--no-sandbox");
    }
    json!({
        "goog:chromeOptions": { "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    })
}

#[cfg(target_os = "linux")]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}

/// The address of a request in the browser's log; nothing for its other entries, and for the page that it starts with.
fn asked_for(entry: &Value) -> Option<String> {
    let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
    let message = &message["message"];
    let url = message["params"]["request"]["url"].as_str()?;
    let is_request = message["method"] == "Network.requestWillBeSent" && !url.starts_with("data:");
    is_request.then(|| url.into())
}

impl Drop for Tab {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.client.clone().close());
    }
}
