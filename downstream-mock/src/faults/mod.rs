//! Faults as scripts over raw TCP, since a correct server can't send them.
//!
//! ```
//! use downstream_mock::{Config, Mock, faults::Script};
//! use std::{io::{Read, Write}, net::TcpStream};
//!
//! let mock = Mock::start(Config::default())?;
//! let short = mock.fault(Script::response("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"))?;
//! let mut client = TcpStream::connect(short.address())?;
//! client.write_all(b"GET / HTTP/1.1\r\nHost: mock\r\n\r\n")?;
//! let mut answer = Vec::new();
//! client.read_to_end(&mut answer)?;
//! assert!(answer.ends_with(b"ok"), "three bytes were promised");
//! # std::io::Result::Ok(())
//! ```
//!
//! *How it waits*: every fault has a port of its own and is played on the mock's one thread.
//!
//! *What to notice*: [`catalogue`] lists what can go wrong, each with the way in which a client must end; a test
//! compares that with hyper's own client. [`OneInTen`] and [`BrokenDiamond`] are downstreams that answer some calls and
//! fail others.

mod broken_diamond;
mod catalogue;
mod fragment;
mod one_in_ten;
mod script;
mod server;

pub use broken_diamond::{BrokenDiamond, StepB};
pub use catalogue::{Expect, Fault, Group, catalogue};
pub use fragment::Fragment;
pub(crate) use fragment::Fragmented;
pub use one_in_ten::OneInTen;
pub use script::{Answer, AnswerEnd, Script};
pub use server::{FaultServer, Scene};
