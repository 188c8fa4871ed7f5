//! Writes the fuzzer's first inputs into a folder: one file for each small answer of the catalogue.
//!
//! *How it waits*: it does not.
//!
//! *What to notice*: the catalogue is the only list of bad answers; `make fuzz` begins with its present rows.
//!
//! *What is deliberately missing*: cuts. The fuzzer finds them itself.
//!
//! `cargo run -p downstream-mock --example fuzz_seeds -- fuzz/corpus/exchange`

use std::{env, fs, io, path::PathBuf};

use downstream_mock::faults::{Answer, AnswerEnd, catalogue};
use oracle::{Delivery, End};

/// The largest answer that is a seed: a fuzzer learns little from a longer one.
const SEED_BYTES: usize = 4 * 1024;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from).ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "no folder given: name the one for the seeds")
    })?;
    fs::create_dir_all(&folder)?;
    for fault in catalogue() {
        if let Some(answer) = fault.answer().filter(|answer| answer.bytes.len() <= SEED_BYTES) {
            fs::write(folder.join(&fault.name), seed(&answer))?;
        }
    }
    Ok(())
}

fn seed(answer: &Answer) -> Vec<u8> {
    let end = match answer.end {
        AnswerEnd::Close => End::Close,
        AnswerEnd::Reset => End::Reset,
        AnswerEnd::Silence => End::Silence,
    };
    Delivery::whole(&answer.bytes, end).encode()
}
