//! The server: a page, its events, and, for a room, the page for predictions.
//!
//! *What to notice*: who may start the race is decided by a token in the first page, which only this machine can open. A page
//! of another site that a browser has open cannot read it, and cannot send JSON here without being allowed to.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::sse::{Event, Sse};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::stream::{self, Stream, StreamExt};
use timeline::page::{Page, Section};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::address;
use super::hub::{Hub, Message};
use super::room::{Answer, Refusal, Room};

/// The longest answer of a browser, in bytes.
const ANSWER_LIMIT_BYTES: usize = 16 * 1024;

/// A server that runs.
pub(super) struct Server {
    port: u16,
    is_for_others: bool,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

/// What every answer is made from.
#[derive(Clone)]
struct Site {
    hub: Arc<Hub>,
    room: Option<Arc<Room>>,
    /// Where the room predicts.
    room_url: Arc<str>,
}

impl Server {
    pub(super) fn start(
        hub: Arc<Hub>,
        room: Option<Arc<Room>>,
        port: u16,
        is_for_others: bool,
    ) -> io::Result<Self> {
        let ip = if is_for_others { Ipv4Addr::UNSPECIFIED } else { Ipv4Addr::LOCALHOST };
        let listener = std::net::TcpListener::bind((ip, port))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = runtime.block_on(async { TcpListener::from_std(listener) })?;
        let site = Site { hub, room, room_url: room_url(port, is_for_others).into() };
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name("live".into()).spawn(move || {
            let app = app(site).into_make_service_with_connect_info::<SocketAddr>();
            let serving = axum::serve(listener, app).with_graceful_shutdown(async {
                let _ = stopped.await;
            });
            runtime.block_on(async {
                // A server without a listener has nothing left to do.
                let _ = serving.await;
            });
        })?;
        Ok(Self { port, is_for_others, stop, thread })
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    pub(super) fn room_url(&self) -> String {
        room_url(self.port, self.is_for_others)
    }

    /// Whether other machines can open the page for predictions.
    pub(super) const fn is_for_others(&self) -> bool {
        self.is_for_others
    }

    /// Ends once all browsers have what they were sent, or after this time.
    pub(super) fn end(self, patience: Duration) {
        let _ = self.stop.send(());
        let start = std::time::Instant::now();
        while !self.thread.is_finished() && start.elapsed() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn room_url(port: u16, is_for_others: bool) -> String {
    let ip = is_for_others.then(address::of_this_machine).flatten();
    let ip = ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    format!("http://{}/room", SocketAddr::new(ip, port))
}

fn app(site: Site) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/events", get(events))
        .route("/room", get(ballot))
        .route("/predictions", post(predict))
        .route("/start/{token}", post(start))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .layer(DefaultBodyLimit::max(ANSWER_LIMIT_BYTES))
        .layer(from_fn(only_by_address))
        .with_state(site)
}

/// A name that leads here may be one that another site has made: only addresses are answered.
async fn only_by_address(request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_address = host.parse::<SocketAddr>().is_ok() || host.parse::<IpAddr>().is_ok();
    let is_local = host.split(':').next() == Some("localhost");
    if !is_address && !is_local {
        return (StatusCode::FORBIDDEN, "open this page by the address that the race printed")
            .into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, header::HeaderValue::from_static("DENY"));
    response
}

/// The race, for this machine; another one is led to the predictions.
async fn page(State(site): State<Site>, ConnectInfo(peer): ConnectInfo<SocketAddr>) -> Response {
    let mut page = site.hub.page();
    match &site.room {
        Some(_) if !peer.ip().is_loopback() => return Redirect::to("/room").into_response(),
        Some(room) if !room.has_started() => page.sections.insert(0, invitation(&site, room)),
        Some(_) | None => {}
    }
    Html(page.html()).into_response()
}

/// Where the room predicts, and the button that starts the race.
fn invitation(site: &Site, room: &Room) -> Section {
    Section::Invitation {
        heading: "Predict first".into(),
        address: site.room_url.to_string(),
        start: format!("/start/{}", room.start_token),
    }
}

async fn events(State(site): State<Site>) -> Response {
    let Some((so_far, later)) = site.hub.join() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many browsers look on").into_response();
    };
    let later = stream::unfold(later, async |mut later| Some((later.recv().await?, later)));
    Sse::new(as_events(stream::iter(so_far).chain(later))).into_response()
}

fn as_events(messages: impl Stream<Item = Message>) -> impl Stream<Item = Result<Event, Infallible>> {
    messages.map(|message| Ok(Event::default().event(message.name).data(&*message.data)))
}

async fn ballot(State(site): State<Site>) -> Response {
    let Some(room) = &site.room else {
        return (StatusCode::NOT_FOUND, "this race asks for no predictions").into_response();
    };
    let Some(section) = room.ballot() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many pages were given out").into_response();
    };
    let lead =
        vec![room.task.clone(), "No name is kept: the results show only how many predicted what.".into()];
    let title = "What do you expect?".into();
    Html(Page { title, lead, sections: vec![section], ..Page::default() }.html()).into_response()
}

async fn predict(State(site): State<Site>, body: Bytes) -> Response {
    let Some(room) = &site.room else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(answer) = serde_json::from_slice::<Answer>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    match room.answer(answer) {
        Ok(answers) => {
            site.hub.answers(answers);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: Refusal) -> Response {
    let (status, why) = match refusal {
        Refusal::TooLate => (StatusCode::GONE, "the race has started"),
        Refusal::UnknownToken => (StatusCode::FORBIDDEN, "this page is of another race: load it again"),
        Refusal::Twice => (StatusCode::CONFLICT, "this page has answered already"),
        Refusal::NoPrediction => (
            StatusCode::BAD_REQUEST,
            "each of them needs a number: seconds up to an hour, or a place from 1 on",
        ),
    };
    (status, why).into_response()
}

async fn start(State(site): State<Site>, Path(token): Path<String>) -> StatusCode {
    match &site.room {
        Some(room) if room.start_token == token => {
            room.start();
            StatusCode::NO_CONTENT
        }
        Some(_) | None => StatusCode::FORBIDDEN,
    }
}
