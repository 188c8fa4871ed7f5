//! Completion instead of readiness: io_uring.
