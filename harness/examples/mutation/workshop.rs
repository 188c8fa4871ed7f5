//! A copy of the workspace's sources, where defects may be put in: the checkout is never touched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use harness::conformance::{Document, Report};

use crate::mutants::Mutant;

/// What a build needs of the workspace.
const SOURCES: [&str; 6] = ["Cargo.toml", "Cargo.lock", "crates", "downstream-mock", "harness", "benches"];

/// Longer than any row takes, also when all of its calls end at their deadline.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where the copy is, and what is built from it. It stays between two runs, so that only what changed is built.
pub(crate) struct Workshop {
    sources: PathBuf,
    build: PathBuf,
}

impl Workshop {
    /// Makes the copy what the checkout is.
    pub(crate) fn open() -> Result<Self, String> {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the workspace has no folder")?;
        let folder = checkout.join("target/mutation");
        let workshop = Self { sources: folder.join("sources"), build: folder.join("build") };
        fs::create_dir_all(&workshop.sources)
            .map_err(|error| format!("making {}: {error}", folder.display()))?;
        for name in SOURCES {
            update(&checkout.join(name), &workshop.sources.join(name))
                .map_err(|error| format!("copying {name}: {error}"))?;
        }
        Ok(workshop)
    }

    /// Builds the program from the copy.
    pub(crate) fn build(&self) -> Result<(), String> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let arguments = ["build", "--quiet", "--offline", "--package=harness", "--bin=meanwhile"];
        let mut command = Command::new(cargo);
        command.args(arguments).current_dir(&self.sources).env("CARGO_TARGET_DIR", &self.build);
        let built = command.output().map_err(|error| format!("starting cargo: {error}"))?;
        let said = String::from_utf8_lossy(&built.stderr);
        if built.status.success() { Ok(()) } else { Err(format!("the copy does not build:\n{said}")) }
    }

    /// Why a model breaks the rows of this name, with the defect that is in.
    pub(crate) fn broken_rows(&self, model: &str, row: &str) -> Result<Vec<String>, String> {
        let mut check = Command::new(self.build.join("debug/meanwhile"));
        check.args(["check", model, "--json=-", "--only", row]);
        let ran = bounded(&mut check).map_err(|error| format!("checking {model}: {error}"))?;
        let document: Document = serde_json::from_slice(&ran.stdout)
            .map_err(|error| format!("{error} in what check {model} printed"))?;
        let rows = document.reports.iter().flat_map(|report| &report.rows).count();
        if rows == 0 {
            return Err(format!("no row is called \"{row}\""));
        }
        let broken = document.reports.iter().flat_map(Report::broken);
        Ok(broken.map(|(row, why)| format!("{}: {why}", row.name)).collect())
    }

    /// Does something while the defect is in.
    pub(crate) fn with_defect<T>(
        &self,
        mutant: &Mutant,
        act: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, String> {
        let file = self.sources.join(mutant.file);
        let failed = |error: io::Error| format!("{}: {error}", mutant.file);
        let sound = fs::read_to_string(&file).map_err(failed)?;
        if sound.matches(mutant.sound).count() != 1 {
            return Err(format!("SURVIVED: its place is not found once: adapt the mutant\n{}", mutant.sound));
        }
        fs::write(&file, sound.replace(mutant.sound, mutant.defective)).map_err(failed)?;
        let acted = act();
        fs::write(&file, sound).map_err(failed)?;
        acted
    }
}

/// Copies what differs, and removes what is no more.
fn update(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        let bytes = fs::read(from)?;
        return if fs::read(to).is_ok_and(|there| there == bytes) { Ok(()) } else { fs::write(to, bytes) };
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let there = entry?;
        if !from.join(there.file_name()).exists() && there.file_type()?.is_file() {
            fs::remove_file(there.path())?;
        }
    }
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        update(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// Runs a command to its end, which comes when it must. What it prints fits into a pipe.
fn bounded(command: &mut Command) -> io::Result<Output> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let started = Instant::now();
    while child.try_wait()?.is_none() {
        if started.elapsed() > PATIENCE {
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output()
}
