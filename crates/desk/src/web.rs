//! The console: the desk in the browser of the same machine.

mod answer;
mod assets;
mod devices;
mod disagreements;
mod dispute;
mod forms;
mod guard;
mod layout;
mod media;
mod overview;
mod paging;
mod posted;
mod problem;
mod progress;
mod record;
mod settle;
mod sheet;
mod sync;
mod when;
mod widgets;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use client_core::Notebook;
use thiserror::Error;
use tokio::net::TcpListener;

use self::guard::Session;
pub use self::guard::Token;
use self::layout::Notice;
use self::problem::Problem;

/// Why the console does not run.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Others could reach it.
    #[error("the console only answers on this machine (127.0.0.1); {0} is another address")]
    NotLoopback(SocketAddr),
    /// The connection broke.
    #[error("the console cannot answer: {0}")]
    Listen(#[from] std::io::Error),
}

/// Serves the console until `shutdown` ends. Its address for people is [`Token::url`].
///
/// # Errors
/// If `listener` is bound to anything but 127.0.0.1, or breaks.
pub async fn serve(
    notebook: Arc<Mutex<Notebook>>,
    listener: TcpListener,
    token: Token,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let address = listener.local_addr()?;
    if address.ip() != Ipv4Addr::LOCALHOST {
        return Err(ServeError::NotLoopback(address));
    }
    let app = app(Console::new(notebook, &token, address.port()));
    Ok(axum::serve(listener, app)
        .with_graceful_shutdown(shutdown)
        .await?)
}

/// Returns the console as a service.
pub fn app(console: Console) -> Router {
    Router::new()
        .route("/enter", get(guard::enter))
        .route("/", get(overview::show))
        .route("/forms/{form}", get(forms::show))
        .route("/records/{record}", get(record::show))
        .route("/records/{record}/media/{name}", get(media::whole))
        .route("/records/{record}/media/{name}/small", get(media::small))
        .route("/records/{record}/settle", post(settle::settle))
        .route("/disagreements", get(disagreements::show))
        .route("/devices", get(devices::show))
        .route("/sync", post(sync::sync))
        .route("/assets/desk.css", get(assets::css))
        .route("/assets/desk.js", get(assets::js))
        .route("/assets/desk.svg", get(assets::icon))
        .fallback(problem::nothing_here)
        .method_not_allowed_fallback(problem::nothing_here)
        .layer(DefaultBodyLimit::max(LARGEST_POST))
        .layer(middleware::from_fn_with_state(console.clone(), guard::guard))
        .with_state(console)
}

/// The largest form that is taken, in bytes.
const LARGEST_POST: usize = 128 << 10;

/// What the console's pages share: the notebook, and the session of this start.
#[derive(Clone)]
pub struct Console {
    shared: Arc<Shared>,
}

struct Shared {
    notebook: Arc<Mutex<Notebook>>,
    session: Session,
    /// Whether a sync holds the notebook. Pages then say so and do not wait for a weak network.
    syncing: AtomicBool,
    /// What the next page says first.
    notice: Mutex<Option<Notice>>,
}

impl Console {
    /// Returns a console for a notebook, to be reached at `port` with `token`.
    pub fn new(notebook: Arc<Mutex<Notebook>>, token: &Token, port: u16) -> Self {
        let session = Session::new(token, port);
        let shared = Shared {
            notebook,
            session,
            syncing: AtomicBool::new(false),
            notice: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    fn session(&self) -> &Session {
        &self.shared.session
    }

    /// Does something with the notebook, away from the threads that answer.
    async fn ask<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Notebook) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.shared.syncing.load(Ordering::Acquire) {
            return Err(Problem::busy());
        }
        self.do_with_notebook(deed).await
    }

    /// Does something that takes the notebook for long, and only once at a time.
    async fn ask_for_long<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Notebook) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        if self.shared.syncing.swap(true, Ordering::AcqRel) {
            return Err(Problem::busy());
        }
        let shared = self.shared.clone();
        // The mark is taken away where the deed ends, also if the browser has gone away meanwhile.
        self.do_with_notebook(move |notebook| {
            let _done = Unmark(&shared.syncing);
            deed(notebook)
        })
        .await
    }

    async fn do_with_notebook<T: Send + 'static>(
        &self,
        deed: impl FnOnce(&mut Notebook) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let notebook = self.shared.notebook.clone();
        let done = tokio::task::spawn_blocking(move || {
            // A deed that broke off left the notebook as it was: everything in it is one transaction.
            let mut notebook = notebook.lock().unwrap_or_else(PoisonError::into_inner);
            deed(&mut notebook)
        });
        done.await.unwrap_or_else(|_| Err(Problem::broke_off()))
    }

    fn leave_notice(&self, notice: Notice) {
        *self.shared.notice.lock().unwrap_or_else(PoisonError::into_inner) = Some(notice);
    }

    fn take_notice(&self) -> Option<Notice> {
        self.shared
            .notice
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// Never shows the session.
impl std::fmt::Debug for Console {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").finish_non_exhaustive()
    }
}

/// Takes the mark of a sync away, however it ended.
struct Unmark<'a>(&'a AtomicBool);

impl Drop for Unmark<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::response::IntoResponse as _;
    use client_core::{Cost, Surroundings};

    use super::*;

    fn console(folder: &tempfile::TempDir) -> Console {
        let surroundings = Surroundings::real().unwrap();
        let at = folder.path().join("desk");
        let notebook = Notebook::create(&at, "Desk", "six long words", Cost::LEAST, surroundings).unwrap();
        Console::new(Arc::new(Mutex::new(notebook)), &Token::from_chance([1; 32]), 4711)
    }

    #[tokio::test]
    async fn while_it_syncs_pages_say_so_and_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let console = console(&folder);
        console.shared.syncing.store(true, Ordering::Release);
        let busy = console.ask(|_| Ok(())).await.unwrap_err().into_response();
        assert_eq!(busy.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(busy.headers().contains_key("refresh"));
        assert!(
            console.ask_for_long(|_| Ok(())).await.is_err(),
            "two syncs at once"
        );
        assert!(
            console.shared.syncing.load(Ordering::Acquire),
            "the first is still going on"
        );
    }

    #[tokio::test]
    async fn what_breaks_off_does_not_close_the_desk() {
        let folder = tempfile::tempdir().unwrap();
        let console = console(&folder);
        let broke = console
            .ask_for_long::<()>(|_| panic!("a test"))
            .await
            .unwrap_err()
            .into_response();
        assert_eq!(broke.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            console
                .ask(|notebook| Ok(notebook.name().to_owned()))
                .await
                .unwrap(),
            "Desk"
        );
    }
}
