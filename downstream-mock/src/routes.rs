//! Which request gets which answer.
//!
//! *What to notice*: an answer is decided when the head arrives, and sent after the latency. Only this small answer
//! waits in between, and not the request: ten thousand waiting calls hold no paths and no header fields.

use crate::{
    diamond::Tokens,
    files::{File, FileBody},
    heat::CurrentHeat,
    latency::Latency,
    query::Query,
    stats::{InFlight, Stats},
};
use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::{
    Method, Request, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, HeaderValue},
};
use std::time::Duration;

/// The longest `?latency_ms=`: an hour.
const LATENCY_LIMIT_MS: u64 = 60 * 60 * 1000;

/// All routes, for a client that asks for another one.
const NO_SUCH_PATH: &str = "no such path: ask for /get_resource, /echo/{id}, /diamond/{a to e}, \
                            /files/{name}?bytes={n}, /status/{code} or /stats";

/// What hyper sends: a short text or a file.
pub(crate) type AnswerBody = Either<Full<Bytes>, FileBody>;

/// The answer that will be sent, and after how long.
pub(crate) struct Answer {
    pub(crate) latency: Duration,
    status: StatusCode,
    content: Content,
}

enum Content {
    Text(Bytes),
    File(File),
}

impl Answer {
    /// What the heat that is on answers; `None` if none is. `number` is the request's on its connection, from 0.
    pub(crate) fn in_a_heat<B>(request: &Request<B>, heat: &CurrentHeat, number: u64) -> Option<Self> {
        let path = if request.method() == Method::GET { request.uri().path_and_query() } else { None };
        let (latency, answer) = heat.ask(path.map_or("", |path| path.as_str()), number)?;
        let (status, content) = match answer {
            Some(answer) => text(StatusCode::OK, answer),
            None => {
                text(StatusCode::FORBIDDEN, "a race is on: only GET /echo/{call} of its calls is answered")
            }
        };
        Some(Self { latency, status, content })
    }

    /// What is answered otherwise, after the latency that the request asks for, or else the server's.
    pub(crate) fn decide<B>(request: &Request<B>, tokens: &Tokens, latency: &Latency) -> Self {
        let query = Query(request.uri().query().unwrap_or_default());
        let latency_ms = query.number("latency_ms", 0..=LATENCY_LIMIT_MS);
        let (status, content) = match &latency_ms {
            Err(reason) => text(StatusCode::BAD_REQUEST, reason.clone()),
            Ok(_) if request.method() != Method::GET => {
                text(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered here")
            }
            Ok(_) => route(request.uri().path(), &query, tokens),
        };
        let asked = latency_ms.ok().flatten().map(Duration::from_millis);
        Self { latency: latency.next(asked), status, content }
    }

    pub(crate) fn into_response(self, in_flight: InFlight) -> Response<AnswerBody> {
        in_flight.answer_begins();
        let mut response = Response::new(match self.content {
            Content::File(file) => Either::Right(file.stream(in_flight)),
            Content::Text(text) => {
                // hyper writes a short answer in the same step, before the client can see any of it.
                in_flight.answered();
                Either::Left(Full::new(text))
            }
        });
        *response.status_mut() = self.status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        }
        response
    }
}

/// The counts as JSON; no request, so that asking for them does not change them.
pub(crate) fn stats(stats: &Stats) -> Response<AnswerBody> {
    // Numbers alone cannot fail to be JSON.
    let json = serde_json::to_vec(stats).unwrap_or_default();
    let mut response = Response::new(Either::Left(Full::new(json.into())));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn route(path: &str, query: &Query<'_>, tokens: &Tokens) -> (StatusCode, Content) {
    let segments = path.strip_prefix('/').and_then(|path| path.split_once('/'));
    match segments {
        None if path == "/get_resource" => text(StatusCode::OK, "Hello World!"),
        Some(("echo", id)) => text(StatusCode::OK, id.to_owned()),
        Some(("diamond", letter)) => diamond(letter, query, tokens),
        Some(("files", name)) => file(name, query),
        Some(("status", code)) => status(code),
        _ => text(StatusCode::NOT_FOUND, NO_SUCH_PATH),
    }
}

fn diamond(letter: &str, query: &Query<'_>, tokens: &Tokens) -> (StatusCode, Content) {
    match tokens.answer(letter, query) {
        Some(Ok(token)) => text(StatusCode::OK, token),
        Some(Err(reason)) => text(StatusCode::FORBIDDEN, reason),
        None => text(StatusCode::NOT_FOUND, "a diamond has the letters a to e"),
    }
}

fn file(name: &str, query: &Query<'_>) -> (StatusCode, Content) {
    match File::read(name, query) {
        Ok(file) => (StatusCode::OK, Content::File(file)),
        Err(reason) => text(StatusCode::BAD_REQUEST, reason),
    }
}

/// An interim status (1xx) is not a whole answer, so it can't be requested here.
fn status(code: &str) -> (StatusCode, Content) {
    match code.parse().ok().and_then(|code| StatusCode::from_u16(code).ok()) {
        Some(status @ (StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED)) => {
            text(status, "")
        }
        Some(status) if (200..600).contains(&status.as_u16()) => text(status, code.to_owned()),
        _ => text(StatusCode::BAD_REQUEST, "a status is a number from 200 to 599"),
    }
}

fn text(status: StatusCode, text: impl Into<Bytes>) -> (StatusCode, Content) {
    (status, Content::Text(text.into()))
}
