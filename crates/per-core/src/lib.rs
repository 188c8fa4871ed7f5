//! One event loop for each core.
