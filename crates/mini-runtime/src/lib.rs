//! async and await on a runtime written here.
