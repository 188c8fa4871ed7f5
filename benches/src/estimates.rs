//! What Criterion has estimated, read from the files that it keeps: `FOLDER/GROUP/MODEL/BASELINE/estimates.json`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use serde::Deserialize;

use crate::groups::Group;

/// The baseline into which Criterion writes what it has measured last.
pub const LATEST: &str = "new";

/// One model's figures in a group, in nanoseconds for one iteration.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The model's name.
    pub model: String,
    /// The median of the samples.
    pub median_ns: f64,
    /// Where the median lies with 95 % confidence, from and to.
    pub confident_ns: (f64, f64),
    /// The median distance of a sample from the median.
    pub spread_ns: f64,
}

/// Where Criterion keeps its files, beside the build's folder for temporary files.
#[must_use]
pub fn folder(temporary: &str) -> PathBuf {
    std::env::var_os("CRITERION_HOME")
        .map_or_else(|| Path::new(temporary).with_file_name("criterion"), PathBuf::from)
}

/// The estimates of a group that a baseline has, of these models; those that are older than `since` are left out.
///
/// # Errors
/// A file cannot be read, or is not what Criterion 0.8 writes.
pub fn saved(
    folder: &Path,
    group: &Group,
    baseline: &str,
    models: impl IntoIterator<Item = &'static str>,
    since: Option<SystemTime>,
) -> io::Result<Vec<Estimate>> {
    let files = models
        .into_iter()
        .map(|model| (model, folder.join(group.name).join(model).join(baseline).join("estimates.json")));
    files.filter_map(|(model, path)| read(model, &path, since).transpose()).collect()
}

/// The estimates of one file; none if there is no such file, or if it is too old.
fn read(model: &str, path: &Path, since: Option<SystemTime>) -> io::Result<Option<Estimate>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(path, &error)),
    };
    if let Some(since) = since
        && fs::metadata(path)?.modified()? < since
    {
        return Ok(None);
    }
    let file: File = serde_json::from_str(&text).map_err(|error| named(path, &error))?;
    Ok(Some(Estimate {
        model: model.into(),
        median_ns: file.median.point_estimate,
        confident_ns: (
            file.median.confidence_interval.lower_bound,
            file.median.confidence_interval.upper_bound,
        ),
        spread_ns: file.median_abs_dev.point_estimate,
    }))
}

/// The error with the file's name, and the bench that writes the file again.
fn named(path: &Path, error: &dyn std::fmt::Display) -> io::Error {
    let bench = path.parent().and_then(Path::parent).unwrap_or(path);
    let name = |path: Option<&Path>| {
        path.and_then(Path::file_name).map_or_else(String::new, |name| OsStr::to_string_lossy(name).into())
    };
    let filter = format!("{}/{}", name(bench.parent()), name(Some(bench)));
    io::Error::other(format!(
        "cannot read {}: {error}; cargo bench -- {filter} writes it again",
        path.display()
    ))
}

/// The part of Criterion's file that is read here.
#[derive(Deserialize)]
struct File {
    median: Statistic,
    median_abs_dev: Statistic,
}

#[derive(Deserialize)]
struct Statistic {
    confidence_interval: Interval,
    point_estimate: f64,
}

#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}
