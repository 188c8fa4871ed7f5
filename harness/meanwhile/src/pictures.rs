//! What a race or a trace writes of what happened when, beside its numbers.
//!
//! *What to notice*: a run is watched if any of these files is wanted, and unwatched, so that it pays nothing, if none is.

use clap::Args;
use timeline::File;

use crate::Error;
use crate::results_file::ResultsFile;

/// The files that a watched race or trace writes.
#[derive(Args, Clone, Debug, Default)]
pub struct Pictures {
    /// Watch each run, and write what happened when as JSON lines to a file; - is standard output, which then has nothing else
    #[arg(long, value_name = "FILE")]
    pub timeline: Option<String>,
}

/// Where the pictures go: each name is tried before the race.
#[derive(Default)]
pub(crate) struct PictureFiles {
    timeline: Option<ResultsFile>,
}

impl Pictures {
    /// Whether runs have to be watched.
    pub(crate) fn are_wanted(&self) -> bool {
        self.timeline.is_some()
    }

    /// # Errors
    /// One of the files cannot be written.
    pub(crate) fn open(&self) -> Result<PictureFiles, Error> {
        Ok(PictureFiles { timeline: self.timeline.as_deref().map(ResultsFile::open).transpose()? })
    }
}

impl PictureFiles {
    /// Each file, and the option that names it.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'static str, &ResultsFile)> {
        self.timeline.iter().map(|file| ("--timeline", file))
    }

    /// Writes each of them, also if another one cannot be written.
    ///
    /// # Errors
    /// One of them could not be written.
    pub(crate) fn write(self, file: &File) -> Result<(), Error> {
        self.timeline.map_or(Ok(()), |out| out.write(|out| file.write(out)))
    }
}
