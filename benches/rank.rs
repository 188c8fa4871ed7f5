//! The tables again, from the estimates that Criterion has kept, without measuring: `cargo bench --bench rank`.
//!
//! `cargo bench --bench rank -- before` ranks what `cargo bench -- --save-baseline before` has saved.

use std::process::ExitCode;

use benches::estimates::{self, LATEST};

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let baseline = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let baseline = baseline.as_deref().unwrap_or(LATEST);
    let folder = estimates::folder(env!("CARGO_TARGET_TMPDIR"));
    match benches::tables(&folder, baseline, None) {
        Ok(tables) if !tables.is_empty() => {
            println!("{}", tables.join("\n"));
            ExitCode::SUCCESS
        }
        Ok(_) => {
            eprintln!("{}", benches::without_estimates(&folder, baseline));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
