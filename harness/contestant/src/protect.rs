//! What a race knows is kept from its contestants: they run as the same user, which may otherwise trace each other.
//!
//! *What is deliberately missing*: protection from a contestant with root's rights.

/// From here on, no other process of the same user can trace this one, read its memory or take over its descriptors.
pub(crate) fn protect() {
    // Where the kernel refuses, contestants must be trusted so far.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
