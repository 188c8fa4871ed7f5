//! Five calls, of which four need the replies of earlier ones.

use crate::{Call, Failure, Outcome, Reply};

/// The plan A → (B, C, D) → E. `a` gives the first call; each later step is made from the replies before it.
///
/// ```text
///        ┌─ B ─┐
///    A ──┼─ C ─┼── E
///        └─ D ─┘
/// ```
/// Each reply's body is a token that the next call's query must carry; the downstream answers 403 to a wrong one.
#[derive(Clone, Debug)]
pub struct Diamond {
    base: Call,
}

impl Diamond {
    /// A diamond below `base`'s path: `/diamond` makes the calls `/diamond/a` to `/diamond/e`.
    #[must_use]
    pub const fn new(base: Call) -> Self {
        Self { base }
    }

    /// The call whose path begins the paths of the five.
    #[must_use]
    pub const fn base(&self) -> &Call {
        &self.base
    }

    /// The first call.
    #[must_use]
    pub fn a(&self) -> Call {
        self.base.with_path(&format!("{}/a", self.base.path))
    }

    /// The three calls that A's reply makes possible.
    ///
    /// # Errors
    /// A's reply is not a token.
    pub fn b_c_d(&self, a: &Reply) -> Result<[Call; 3], Failure> {
        let a = token(a)?;
        Ok(["b", "c", "d"].map(|step| self.base.with_path(&format!("{}/{step}?a={a}", self.base.path))))
    }

    /// The three replies, or the failure that ended the diamond. `Cancelled` counts only if there is no other failure,
    /// because calls are cancelled after another one has failed.
    ///
    /// # Errors
    /// One of the three failed.
    pub fn together(outcomes: impl IntoIterator<Item = Outcome>) -> Result<[Reply; 3], Failure> {
        let mut replies = Vec::new();
        let mut blame = None;
        for outcome in outcomes {
            match outcome {
                Ok(reply) => replies.push(reply),
                Err(Failure::Cancelled) => _ = blame.get_or_insert(Failure::Cancelled),
                Err(failure) if blame.as_ref().is_none_or(|earlier| *earlier == Failure::Cancelled) => {
                    blame = Some(failure);
                }
                Err(_) => {}
            }
        }
        blame.map_or_else(|| replies.try_into().map_err(|_| Failure::Lost), Err)
    }

    /// The last call, which needs all three.
    ///
    /// # Errors
    /// One of the replies is not a token.
    pub fn e(&self, [b, c, d]: &[Reply; 3]) -> Result<Call, Failure> {
        let (b, c, d) = (token(b)?, token(c)?, token(d)?);
        Ok(self.base.with_path(&format!("{}/e?b={b}&c={c}&d={d}", self.base.path)))
    }

    /// The diamond's outcome, made from E's reply.
    ///
    /// # Errors
    /// The downstream refused: a token was wrong.
    pub fn end(&self, e: Reply) -> Result<Reply, Failure> {
        success(&e)?;
        Ok(e)
    }
}

/// A token is a body of ASCII letters, digits, `-` and `_`.
fn token(reply: &Reply) -> Result<&str, Failure> {
    success(reply)?;
    let safe = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match std::str::from_utf8(&reply.body) {
        Ok(text) if !text.is_empty() && text.as_bytes().iter().all(safe) => Ok(text),
        _ => Err(Failure::Malformed("diamond token".into())),
    }
}

fn success(reply: &Reply) -> Result<(), Failure> {
    if reply.status == 200 { Ok(()) } else { Err(Failure::UnexpectedStatus(reply.status)) }
}
