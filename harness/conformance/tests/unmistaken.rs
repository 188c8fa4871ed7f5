//! The suite in a model's own crate: a test whose `main` holds the model against all rows.

#[cfg(target_os = "linux")]
mod student;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use student::{Mistake, Waits, model, subject};
    conformance::main(&subject(Waits::InPoll, &|| Ok(model(Waits::InPoll, Mistake::None))))
}

#[cfg(not(target_os = "linux"))]
fn main() {}
