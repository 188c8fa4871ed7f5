//! An event loop to register callbacks with.
