//! The diamond: A, then B, C and D made from A's reply, then E made from theirs.
//!
//! *What to notice*: a token contains its own proof, a hash made with a secret, so the mock stores no tokens: a million
//! diamonds take as much memory as one.
//!
//! *What is deliberately missing*: cryptography. The hash only makes sure that no program gets a token by accident.

use crate::query::Query;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::atomic::{AtomicU64, Ordering},
};

/// What `/diamond/e` answers when its three tokens are right and stem from the same A.
pub const DIAMOND_COMPLETE: &str = "diamond complete";

/// Issues and checks tokens such as `b-17-93c1f0de5a7b2846`: letter, number of the diamond, proof.
pub(crate) struct Tokens {
    secret: u64,
    diamonds: AtomicU64,
}

impl Tokens {
    pub(crate) fn new(secret: u64) -> Self {
        Self { secret, diamonds: AtomicU64::new(0) }
    }

    /// The body of `/diamond/{letter}`, or which token is missing or wrong; `None` if the letter is not one of the
    /// diamond's.
    pub(crate) fn answer(&self, letter: &str, query: &Query<'_>) -> Option<Result<String, String>> {
        match letter {
            "a" => Some(Ok(self.token("a", self.diamonds.fetch_add(1, Ordering::Relaxed)))),
            "b" | "c" | "d" => Some(self.check("a", query).map(|diamond| self.token(letter, diamond))),
            "e" => Some(self.join(query)),
            _ => None,
        }
    }

    fn join(&self, query: &Query<'_>) -> Result<String, String> {
        let [b, c, d] = [self.check("b", query)?, self.check("c", query)?, self.check("d", query)?];
        if b == c && c == d {
            Ok(DIAMOND_COMPLETE.into())
        } else {
            Err(format!("b, c and d stem from different diamonds: {b}, {c} and {d}"))
        }
    }

    /// The number of the diamond that the token named `letter` in the query belongs to.
    fn check(&self, letter: &str, query: &Query<'_>) -> Result<u64, String> {
        let token = query.get(letter).ok_or_else(|| format!("the token {letter} is missing"))?;
        let diamond = token.split('-').nth(1).and_then(|number| number.parse().ok());
        diamond
            .filter(|&diamond| token == self.token(letter, diamond))
            .ok_or_else(|| format!("the token {letter} was not issued by /diamond/{letter}"))
    }

    fn token(&self, letter: &str, diamond: u64) -> String {
        let mut proof = DefaultHasher::new();
        (self.secret, letter, diamond).hash(&mut proof);
        format!("{letter}-{diamond}-{:016x}", proof.finish())
    }
}
