//! What a race or a trace writes of what happened when, beside its numbers.
//!
//! *What to notice*: a run is watched if any of these files is wanted, and unwatched, so that it pays nothing, if none is.

use std::io::{self, Write};

use clap::Args;
use timeline::page::Page;
use timeline::{File, Lanes, Timeline};

use crate::results_file::ResultsFile;
use crate::{Error, page};

/// The files that a watched race or trace writes.
#[derive(Args, Clone, Debug, Default)]
pub struct Pictures {
    /// Write what happened when as JSON lines to a file; - is standard output, which then has nothing else
    #[arg(long, value_name = "FILE")]
    pub timeline: Option<String>,
    /// Draw the runs of the first round as SVG to a file, all on one time axis
    #[arg(long, value_name = "FILE")]
    pub svg: Option<String>,
    /// Write a page to replay the runs in a browser to a file, which needs nothing else
    #[arg(long, value_name = "FILE")]
    pub html: Option<String>,
    /// Write a trace for ui.perfetto.dev to a file
    #[arg(long, value_name = "FILE")]
    pub perfetto: Option<String>,
}

/// Where the pictures go: each name is tried before the race.
#[derive(Default)]
pub(crate) struct PictureFiles {
    timeline: Option<ResultsFile>,
    svg: Option<ResultsFile>,
    html: Option<ResultsFile>,
    perfetto: Option<ResultsFile>,
}

impl Pictures {
    /// Whether runs have to be watched.
    pub(crate) fn are_wanted(&self) -> bool {
        [&self.timeline, &self.svg, &self.html, &self.perfetto].into_iter().any(Option::is_some)
    }

    /// # Errors
    /// One of the files cannot be written.
    pub(crate) fn open(&self) -> Result<PictureFiles, Error> {
        let open = |name: &Option<String>| name.as_deref().map(ResultsFile::open).transpose();
        Ok(PictureFiles {
            timeline: open(&self.timeline)?,
            svg: open(&self.svg)?,
            html: open(&self.html)?,
            perfetto: open(&self.perfetto)?,
        })
    }
}

impl PictureFiles {
    /// Each file, and the option that names it.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&'static str, &ResultsFile)> {
        let files = [
            ("--timeline", &self.timeline),
            ("--svg", &self.svg),
            ("--html", &self.html),
            ("--perfetto", &self.perfetto),
        ];
        files.into_iter().filter_map(|(option, file)| Some((option, file.as_ref()?)))
    }

    /// Writes each of them, also if another one cannot be written.
    ///
    /// # Errors
    /// One of them could not be written.
    pub(crate) fn write(self, file: &File) -> Result<(), Error> {
        self.write_with_page(file, || page::of_file(file))
    }

    /// The same, with a page that says more than the runs do.
    ///
    /// # Errors
    /// One of them could not be written.
    pub(crate) fn write_with_page(self, file: &File, page: impl FnOnce() -> Page) -> Result<(), Error> {
        let timeline = write(self.timeline, |out| file.write(out));
        let svg = write(self.svg, |out| writeln!(out, "{}", timeline::svg(&lanes(first_round(file)))));
        let html = write(self.html, |out| out.write_all(page().html().as_bytes()));
        let perfetto = write(self.perfetto, |out| timeline::perfetto(&lanes(file.timelines.iter()), out));
        timeline.and(svg).and(html).and(perfetto)
    }
}

fn write(
    file: Option<ResultsFile>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    file.map_or(Ok(()), |file| file.write(write))
}

/// One run of each contestant with each number of calls: ten rounds would show the same ten times.
fn first_round(file: &File) -> impl Iterator<Item = &Timeline> {
    file.timelines.iter().filter(|timeline| timeline.about.round <= 1)
}

fn lanes<'file>(timelines: impl Iterator<Item = &'file Timeline>) -> Vec<Lanes> {
    timelines.map(Lanes::of).collect()
}
