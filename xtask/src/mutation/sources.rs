//! A copy of the workspace's sources, into which defects are put: the checkout is never touched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use conformance::{CheckReport, Findings};

use super::defects::Defect;

/// What a build needs of the workspace.
const SOURCES: [&str; 7] =
    ["Cargo.toml", "Cargo.lock", "crates", "downstream-mock", "harness", "benches", "xtask"];

/// Longer than any row takes, also when all of its calls end at their deadline.
const PATIENCE: Duration = Duration::from_secs(90);

/// Where the copy is, and what is built from it. Both are kept between two runs, so that only changes are built.
pub(super) struct Sources {
    folder: PathBuf,
    build: PathBuf,
}

impl Sources {
    /// Makes the copy equal to the checkout.
    pub(super) fn update() -> Result<Self, String> {
        let folder = root().join("target/mutation");
        let sources = Self { folder: folder.join("sources"), build: folder.join("build") };
        fs::create_dir_all(&sources.folder)
            .map_err(|error| format!("making {}: {error}", folder.display()))?;
        for name in SOURCES {
            update(&root().join(name), &sources.folder.join(name))
                .map_err(|error| format!("copying {name}: {error}"))?;
        }
        Ok(sources)
    }

    /// Whether the place of a defect is found exactly once in the checkout.
    ///
    /// # Errors
    /// One line with the cure, if it is not.
    pub(super) fn misplaced(defect: &Defect) -> Result<(), String> {
        let Defect { what, file, sound, .. } = defect;
        let text = fs::read_to_string(root().join(file)).map_err(|error| format!("{file}: {error}"))?;
        match text.matches(sound).count() {
            1 => Ok(()),
            found => Err(format!(
                "{file}: \"{what}\" is put in place of \"{}\", which is found {found} times, not once: \
                 update it in xtask/src/mutation/defects.rs",
                sound.trim().lines().next().unwrap_or_default()
            )),
        }
    }

    /// Builds the program from the copy.
    pub(super) fn build(&self) -> Result<(), String> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
        let arguments = ["build", "--quiet", "--offline", "--package=meanwhile", "--bin=meanwhile"];
        let mut command = Command::new(cargo);
        command.args(arguments).current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.build);
        let built = command.output().map_err(|error| format!("starting cargo: {error}"))?;
        let said = String::from_utf8_lossy(&built.stderr);
        if built.status.success() { Ok(()) } else { Err(format!("the copy does not build:\n{said}")) }
    }

    /// Why a model breaks the rows of this name, with the defect that is in.
    pub(super) fn broken_rows(&self, model: &str, row: &str) -> Result<Vec<String>, String> {
        let mut check = Command::new(self.build.join("debug/meanwhile"));
        check.args(["check", model, "--json=-", "--only", row]);
        let ran = bounded(&mut check).map_err(|error| format!("checking {model}: {error}"))?;
        let report: CheckReport = serde_json::from_slice(&ran.stdout)
            .map_err(|error| format!("{error} in what check {model} printed"))?;
        let rows = report.findings.iter().flat_map(|findings| &findings.rows).count();
        if rows == 0 {
            return Err(format!("no row is called \"{row}\""));
        }
        let broken = report.findings.iter().flat_map(Findings::broken);
        Ok(broken.map(|(row, why)| format!("{}: {why}", row.name)).collect())
    }

    /// Runs `act` while the defect is in.
    pub(super) fn with_defect<T>(
        &self,
        defect: &Defect,
        act: impl FnOnce() -> Result<T, String>,
    ) -> Result<T, String> {
        let file = self.folder.join(defect.file);
        let failed = |error: io::Error| format!("{}: {error}", defect.file);
        let sound = fs::read_to_string(&file).map_err(failed)?;
        fs::write(&file, sound.replace(defect.sound, defect.defective)).map_err(failed)?;
        let acted = act();
        fs::write(&file, sound).map_err(failed)?;
        acted
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Copies what differs, and removes what no longer exists.
fn update(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        let bytes = fs::read(from)?;
        return if fs::read(to).is_ok_and(|there| there == bytes) { Ok(()) } else { fs::write(to, bytes) };
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let there = entry?;
        if !from.join(there.file_name()).exists() {
            let is_folder = there.file_type()?.is_dir();
            if is_folder { fs::remove_dir_all(there.path()) } else { fs::remove_file(there.path()) }?;
        }
    }
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        update(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// Runs a command to its end, or kills it after [`PATIENCE`]. Its output has to fit into a pipe.
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
