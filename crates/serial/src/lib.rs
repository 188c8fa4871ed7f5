//! One call after another, each blocking.
