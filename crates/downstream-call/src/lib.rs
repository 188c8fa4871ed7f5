//! The task every model performs: one call, its exchange of bytes, its outcome.
