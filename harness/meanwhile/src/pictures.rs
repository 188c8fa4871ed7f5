//! What a race or a trace writes of what happened when, beside its numbers.
//!
//! *What to notice*: a run is watched if any of these files is wanted, and unwatched, so that it pays nothing, if none is.

use clap::Args;
use timeline::{File, Lanes};

use crate::Error;
use crate::results_file::ResultsFile;

/// The files that a watched race or trace writes.
#[derive(Args, Clone, Debug, Default)]
pub struct Pictures {
    /// Watch each run, and write what happened when as JSON lines to a file; - is standard output, which then has nothing else
    #[arg(long, value_name = "FILE")]
    pub timeline: Option<String>,
    /// Watch each run, and draw those of the first round as SVG to a file, all on one time axis; - is standard output
    #[arg(long, value_name = "FILE")]
    pub svg: Option<String>,
}

/// Where the pictures go: each name is tried before the race.
#[derive(Default)]
pub(crate) struct PictureFiles {
    timeline: Option<ResultsFile>,
    svg: Option<ResultsFile>,
}

impl Pictures {
    /// Whether runs have to be watched.
    pub(crate) fn are_wanted(&self) -> bool {
        self.timeline.is_some() || self.svg.is_some()
    }

    /// # Errors
    /// One of the files cannot be written.
    pub(crate) fn open(&self) -> Result<PictureFiles, Error> {
        let open = |name: &Option<String>| name.as_deref().map(ResultsFile::open).transpose();
        Ok(PictureFiles { timeline: open(&self.timeline)?, svg: open(&self.svg)? })
    }
}

impl PictureFiles {
    /// Each file, and the option that names it.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'static str, &ResultsFile)> {
        let timeline = self.timeline.iter().map(|file| ("--timeline", file));
        timeline.chain(self.svg.iter().map(|file| ("--svg", file)))
    }

    /// Writes each of them, also if another one cannot be written.
    ///
    /// # Errors
    /// One of them could not be written.
    pub(crate) fn write(self, file: &File) -> Result<(), Error> {
        let timeline = self.timeline.map_or(Ok(()), |out| out.write(|out| file.write(out)));
        let svg = self.svg.map_or(Ok(()), |out| out.write(|out| writeln!(out, "{}", first_round(file))));
        timeline.and(svg)
    }
}

/// One run of each contestant with each number of calls, as SVG: ten rounds would show the same ten times.
fn first_round(file: &File) -> String {
    let first = file.timelines.iter().filter(|timeline| timeline.about.round <= 1);
    timeline::svg(&first.map(Lanes::of).collect::<Vec<_>>())
}
