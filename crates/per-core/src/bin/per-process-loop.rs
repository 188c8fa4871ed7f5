//! A child of `per-process` as a program of its own, for programs that cannot be their own child.

fn main() -> std::io::Result<()> {
    per_core::child()
}
