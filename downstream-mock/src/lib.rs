//! The slow downstream: a server that waits, misbehaves and counts.
//!
//! ```
//! use downstream_mock::{Config, Mock};
//! use std::{io::{Read, Write}, net::TcpStream, time::Duration};
//!
//! let mock = Mock::start(Config { latency: Duration::from_millis(20), ..Config::default() })?;
//! let mut client = TcpStream::connect(mock.address())?;
//! client.write_all(b"GET /get_resource HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! client.read_to_string(&mut answer)?;
//! assert!(answer.ends_with("Hello World!"));
//! assert_eq!(mock.stats().answered, 1);
//! # std::io::Result::Ok(())
//! ```
//!
//! *What it answers*: every answer comes after the latency of the server or, on any route, of `?latency_ms=`.
//!
//! | route | answer |
//! |---|---|
//! | `/get_resource` | `Hello World!` |
//! | `/echo/{id}` | the id as it was sent |
//! | `/diamond/a` | a fresh token TA |
//! | `/diamond/b?a=TA`, `/diamond/c?a=TA`, `/diamond/d?a=TA` | a token bound to TA: TB, TC, TD |
//! | `/diamond/e?b=TB&c=TC&d=TD` | [`DIAMOND_COMPLETE`] when all three stem from one TA |
//! | `/files/{name}?bytes=N&bytes_per_second=M` | N bytes as [`file_bytes`] has them, at once or no faster than M |
//! | `/stats` | [`Stats`] of now as JSON, at once; the request itself is not counted |
//! | `/status/{code}` | that status, 200 to 599, with the code as its body where the status allows one |
//!
//! A token that is missing or wrong is a 403 that says which, a number that is none a 400, another path a 404, another
//! method a 405.
//!
//! What a correct server can't send is in [`faults`].
//!
//! *How it waits*: one thread, one tokio runtime, a task for each connection: a call that waits is a timer.
//!
//! *What to notice*: the server closes first after `Connection: close`, so that TIME_WAIT stays on its side; the answer
//! is decided before the wait, so that a waiting call holds no request; and [`Stats`] counts what really happened,
//! which is the ground truth of every test and race.
//!
//! *What is deliberately missing*: TLS, HTTP/2, compression, and anything shared with the models: a parser used on both
//! sides would hide its bugs from both.

mod config;
mod connections;
mod diamond;
pub mod faults;
mod files;
mod latency;
mod limits;
mod mock;
mod query;
mod routes;
mod serve;
mod stats;

pub use config::Config;
pub use diamond::DIAMOND_COMPLETE;
pub use files::{FILE_BYTES_LIMIT, file_bytes};
pub use latency::Jitter;
pub use limits::raise_descriptor_limit;
pub use mock::Mock;
pub use serve::{ServeArgs, ServeError, serve};
pub use stats::Stats;
