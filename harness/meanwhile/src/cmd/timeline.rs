//! `meanwhile timeline FILE`: the pictures of the runs that a file has.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::process::ExitCode;

use ::timeline::{ReadError, Timeline};
use clap::Args;
use contestant::text::printable;

use crate::painted::PictureSize;
use crate::pictures::Pictures;
use crate::{Error, text};

/// What to draw.
#[derive(Args, Debug)]
pub(super) struct TimelineArgs {
    /// A file that race --timeline or trace --timeline wrote; - is standard input
    file: String,
    /// Draw only the runs of these contestants, in this order [default: all, as the file has them]
    #[arg(value_name = "CONTESTANT")]
    contestants: Vec<String>,
    /// How large the pictures are
    #[command(flatten)]
    size: PictureSize,
    /// Which files to write
    #[command(flatten)]
    pictures: Pictures,
}

/// Prints the picture of each run, and writes the files that are wanted.
///
/// # Errors
/// The file cannot be read, or has no such run; something cannot be written.
pub(super) fn timeline(args: &TimelineArgs) -> Result<ExitCode, Error> {
    let files = args.pictures.open()?;
    let drawn = drawn(args).map_err(|why| {
        let name = printable(args.file.as_bytes(), 80);
        Error::broken(format!("reading the timelines of {name}"), why)
    })?;
    let shown = if files.files().any(|(_, file)| file.is_standard_output()) {
        Ok(())
    } else {
        text::say(&args.size.pictures(&drawn.timelines))
    };
    files.write(&drawn)?;
    shown?;
    Ok(ExitCode::SUCCESS)
}

/// The file, with no other runs than those that were asked for.
fn drawn(args: &TimelineArgs) -> Result<::timeline::File, String> {
    let mut file = read(&args.file)?;
    if file.timelines.is_empty() {
        return Err("it has no run: the race that wrote it ended before the first one".into());
    }
    let name = |timeline: &Timeline| timeline.about.contestant.clone();
    let known: BTreeSet<_> = file.timelines.iter().map(name).collect();
    if let Some(unknown) = args.contestants.iter().find(|name| !known.contains(*name)) {
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        let (unknown, known) = (printable(unknown.as_bytes(), 40), printable(known.as_bytes(), 400));
        return Err(format!("it has no run of {unknown}: it has {known}"));
    }
    if !args.contestants.is_empty() {
        let place = |timeline: &Timeline| args.contestants.iter().position(|one| *one == name(timeline));
        file.timelines.retain(|timeline| place(timeline).is_some());
        let heat = |timeline: &Timeline| (timeline.about.calls, timeline.about.round);
        for heat in file.timelines.chunk_by_mut(|one, next| heat(one) == heat(next)) {
            heat.sort_by_key(place);
        }
    }
    Ok(file)
}

fn read(name: &str) -> Result<::timeline::File, String> {
    let from: Box<dyn Read> = match name {
        "-" => Box::new(io::stdin()),
        name => Box::new(File::open(name).map_err(|error| unread(&error))?),
    };
    ::timeline::File::read(BufReader::new(from)).map_err(|error| match error {
        ReadError::System(error) => unread(&error),
        ReadError::OtherVersion(_) => format!("{error}: draw it with the version that wrote it"),
        ReadError::NoTimeline | ReadError::BadLine(..) => error.to_string(),
    })
}

fn unread(error: &io::Error) -> String {
    format!("{error}: race --timeline FILE writes such a file")
}
