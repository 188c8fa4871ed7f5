//! Builds a package with cargo, and says what the compiler said.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::package::package_name;

/// A package that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The program that holds the model against the suite.
    pub program: PathBuf,
    /// Warnings about its own code, as the compiler shows them.
    pub warnings: Vec<String>,
}

/// Why a package was not built.
#[derive(Clone, Debug)]
pub struct NotBuilt {
    /// Errors of the compiler as it shows them, the first one first; or the words of cargo.
    pub errors: Vec<String>,
}

/// Builds the program of a package. Everything that is compiled goes to `target`, which packages may share: they depend on the
/// same crates.
///
/// # Errors
/// It does not compile, or cargo cannot do its work; what was said is in it.
pub fn build(folder: &Path, target: &Path, colours: bool) -> Result<Built, NotBuilt> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let format = if colours { "json-diagnostic-rendered-ansi" } else { "json" };
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--bin", &package_name(folder), "--message-format", format]);
    command.current_dir(folder).env("CARGO_TARGET_DIR", target).env_remove("RUSTFLAGS");
    let said = Said::by(&mut command).map_err(|error| NotBuilt {
        errors: vec![format!("starting cargo: {error}: install Rust, so that cargo is found in PATH")],
    })?;
    match said.program {
        Some(program) if said.succeeded => Ok(Built { program, warnings: said.warnings }),
        _ if said.errors.is_empty() => Err(NotBuilt { errors: vec![said.by_cargo] }),
        _ => Err(NotBuilt { errors: said.errors }),
    }
}

/// The first error in one line: `error[E0308]: mismatched types (src/call.rs:17:5)`.
pub(crate) fn first_error(why: &NotBuilt) -> String {
    let error = why.errors.first().map_or("", String::as_str);
    let mut lines = error.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("cargo gave no reason");
    match lines.find_map(|line| line.strip_prefix("--> ")) {
        Some(place) => format!("{first} ({place})"),
        None => first.into(),
    }
}

/// What cargo said.
#[derive(Default)]
struct Said {
    succeeded: bool,
    program: Option<PathBuf>,
    warnings: Vec<String>,
    errors: Vec<String>,
    /// What was no message of the compiler.
    by_cargo: String,
}

impl Said {
    fn by(command: &mut Command) -> std::io::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut words = child.stderr.take();
        // Beside the messages: a full pipe would stop cargo.
        let listener = thread::spawn(move || {
            let mut text = Vec::new();
            _ = words.as_mut().map(|words| words.read_to_end(&mut text));
            String::from_utf8_lossy(&text).trim().to_owned()
        });
        let mut said = Self::default();
        let messages = child.stdout.take().map(BufReader::new);
        for line in messages.into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
            said.take(&serde_json::from_str(&line).unwrap_or(Value::Null));
        }
        said.succeeded = child.wait()?.success();
        said.by_cargo = listener.join().unwrap_or_default();
        Ok(said)
    }

    fn take(&mut self, message: &Value) {
        if let Some(program) = message["executable"].as_str() {
            self.program = Some(program.into());
        }
        let Some(rendered) = message["message"]["rendered"].as_str() else { return };
        let rendered = rendered.trim_end().to_owned();
        match message["message"]["level"].as_str() {
            Some("error") => self.errors.push(rendered),
            Some("warning") => self.warnings.push(rendered),
            _ => {}
        }
    }
}
