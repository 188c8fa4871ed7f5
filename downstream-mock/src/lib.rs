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
//! A missing or wrong token gets a 403 that names it, an invalid number a 400, any other path a 404, any other method a
//! 405.
//!
//! While a [`Heat`] of a race is on, only its calls are answered, with tokens, and no request chooses its latency.
//!
//! What a correct server can't send is in [`faults`].
//!
//! *How it waits*: on one thread, with one tokio runtime and a task for each connection. A call that waits is a timer.
//!
//! *What to notice*: the server closes first after `Connection: close`, so that TIME_WAIT stays on its side; the answer
//! is decided before the wait, so that a waiting call holds no request; and [`Stats`] counts what really happened,
//! which is the ground truth of every test and race. [`Events`] say when, if they are recorded.
//!
//! *What is deliberately missing*: TLS, HTTP/2, compression, and code shared with the models, because a shared parser
//! would hide its own bugs.

mod config;
mod connections;
mod diamond;
mod events;
pub mod faults;
mod files;
mod heat;
mod latency;
mod limits;
mod mock;
mod query;
mod routes;
mod serve;
mod stats;

pub use config::Config;
pub use diamond::DIAMOND_COMPLETE;
pub use events::{Event, EventKind, Events};
pub use files::{FILE_BYTES_LIMIT, file_bytes};
pub use heat::Heat;
pub use latency::Jitter;
pub use limits::raise_descriptor_limit;
pub use mock::Mock;
pub use serve::{ServeArgs, ServeError, serve};
pub use stats::Stats;
