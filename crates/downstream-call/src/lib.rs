//! The task that every model performs: make calls to a slow downstream and return the outcome of each.
//!
//! *How it waits*: it does not wait. Nothing here owns a socket or reads a clock while a call is made; the models
//! differ in how they wait. What must *mean the same* in all of them is defined here: the bytes of a request, the rules
//! for reading a response, the names of failures, the milestones of a trace, which call may start and when a run is
//! over.
//!
//! *What to notice*: two ledgers without IO (sans-IO). [`Exchange`] is one request and its answer as bytes: a model
//! asks it what is [`unsent`](Exchange::unsent), reports what was [`sent`](Exchange::sent) and
//! [`received`](Exchange::received), and gets the [`Outcome`] as soon as there is one. [`FanOut`] is one run: a model
//! asks it which call to [`admit`](FanOut::admit), and reports how each call [`ended`](FanOut::ended). While a call
//! waits, its exchange is 32 bytes and owns no memory.
//!
//! *What is deliberately missing*: keep-alive, redirects and TLS. Each call opens one connection, which is closed after
//! the answer, as `urlopen` does.

mod call;
mod cancel;
#[cfg(feature = "chaos")]
pub mod chaos;
mod chunked;
mod diamond;
mod exchange;
mod failure;
mod fan_out;
mod limits;
mod line;
mod machine_clock;
mod milestone;
mod model;
mod response;
mod trace;
mod work;

pub use call::{BadUrl, Call, Outcome, Reply};
pub use cancel::{Cancel, CancelSocket};
pub use diamond::Diamond;
pub use exchange::Exchange;
pub use failure::{Failure, TooLarge};
pub use fan_out::FanOut;
pub use limits::{MAX_BODY_BYTES, MAX_FIELDS, MAX_HEAD_BYTES};
pub use line::Line;
pub use machine_clock::MachineClock;
pub use milestone::{Milestone, MilestoneLine};
pub use model::{Model, Run};
pub use trace::{Mark, Trace};
pub use work::Work;
