//! Tasks of this repository that are not part of the program: `cargo run -p xtask -- TASK`.

mod mutation;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("mutation") => mutation::run(),
        _ => {
            eprintln!("xtask: write cargo run -p xtask -- mutation");
            ExitCode::from(2)
        }
    }
}
