//! The relay's HTTP: the only place that names axum.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use crate::blobs::Blobs;
use crate::brought::Brought;
use crate::store::{Store, StoreError};
use crate::writer::Writer;
use seal::verify::freshness::Freshness;
use seal::verify::request::RequestHeaders;

mod call;
mod connections;
mod pieces;
mod places;
mod tls;

pub use connections::Limits;
pub(crate) use connections::{Endings, serve};

/// An answer up to this size is sent whole, with its length.
const SMALL: usize = 16 << 10;

/// What every request needs.
#[derive(Clone)]
pub struct AppState {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) blobs: Arc<Blobs>,
    pub(crate) writer: Writer,
    pub(crate) freshness: Freshness,
    pub(crate) clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    pub(crate) brought: Brought,
    pub(crate) bounds: Bounds,
}

/// How much a relay takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How many programmes may be founded on it.
    pub programmes: usize,
    /// How many bytes of envelopes each member but the desks may bring; photos are counted apart.
    pub member_bytes: u64,
}

impl Default for Bounds {
    /// Eight programmes, and 1 GiB from each member: a million finished records.
    fn default() -> Self {
        Self {
            programmes: 8,
            member_bytes: 1 << 30,
        }
    }
}

impl AppState {
    /// Puts a relay together from a store, the pieces of photos, and a clock that tells unix seconds.
    ///
    /// # Errors
    /// If what is in the store cannot be read.
    pub fn new(
        store: Arc<dyn Store>,
        blobs: Arc<Blobs>,
        clock: Arc<dyn Fn() -> i64 + Send + Sync>,
        bounds: Bounds,
    ) -> Result<(Self, std::thread::JoinHandle<()>), StoreError> {
        let seconds = Arc::clone(&clock);
        let hour = Arc::new(move || seconds().div_euclid(3600) * 3600);
        let freshness = Freshness::new(store.identity().freshness);
        let (writer, thread) =
            Writer::start(Arc::clone(&store), Arc::clone(&blobs), hour, bounds.programmes)?;
        let brought = Brought::up_to(bounds.member_bytes, Arc::clone(&store));
        Ok((
            Self {
                store,
                blobs,
                writer,
                freshness,
                clock,
                brought,
                bounds,
            },
            thread,
        ))
    }
}

/// What went wrong, for programs and people.
#[derive(Debug, Serialize)]
struct Problem {
    code: &'static str,
    message: &'static str,
    hint: &'static str,
}

/// Returns the relay's routes.
pub fn app(state: AppState) -> Router {
    Router::new()
        .route("/v1/sync", post(sync))
        .route("/v1/health", get(health))
        .route("/v1/ready", get(ready))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_so)
        .with_state(state)
}

async fn health() -> &'static str {
    "alive\n"
}

async fn ready(State(state): State<AppState>) -> Response {
    let asked = tokio::task::spawn_blocking(move || state.store.programmes().map(drop)).await;
    match asked {
        Ok(Ok(())) => "ready\n".into_response(),
        _ => problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "not_ready",
            "the store does not answer",
            "look at the relay's log",
        ),
    }
}

async fn nothing_here() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is nothing here",
        "members call POST /v1/sync",
    )
}

async fn not_so() -> Response {
    problem(
        StatusCode::METHOD_NOT_ALLOWED,
        "method",
        "this is not called so",
        "members call POST /v1/sync",
    )
}

fn problem(status: StatusCode, code: &'static str, message: &'static str, hint: &'static str) -> Response {
    (status, Json(Problem { code, message, hint })).into_response()
}

/// One call of a member: the request is read as it arrives, and answered as soon as something is durable.
async fn sync(State(state): State<AppState>, headers: HeaderMap, request: Request) -> Response {
    let (out, mut answer) = mpsc::channel::<Bytes>(16);
    let headers = signature_of(&headers);
    tokio::spawn(call::run(
        state,
        headers,
        request.into_body().into_data_stream(),
        out,
    ));
    let mut start = Vec::new();
    while let Some(bytes) = answer.recv().await {
        start.extend_from_slice(&bytes);
        if start.len() > SMALL {
            let rest = ReceiverStream::new(answer);
            let whole = tokio_stream::once(Bytes::from(start))
                .chain(rest)
                .map(Ok::<_, Infallible>);
            return Body::from_stream(whole).into_response();
        }
    }
    if start.is_empty() {
        // The call failed before it could say anything: the store did not take it.
        return problem(
            StatusCode::SERVICE_UNAVAILABLE,
            "not_kept",
            "the call could not be kept",
            "sync again later",
        );
    }
    let length = start.len();
    ([(header::CONTENT_LENGTH, length)], Body::from(start)).into_response()
}

/// Returns the call's signature fields; what is missing is empty, and does not hold.
fn signature_of(headers: &HeaderMap) -> RequestHeaders {
    let [hello, input, signature] = RequestHeaders::NAMES.map(|name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    });
    RequestHeaders {
        hello,
        input,
        signature,
    }
}
