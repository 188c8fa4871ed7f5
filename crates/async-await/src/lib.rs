//! async and await on tokio and hyper.
