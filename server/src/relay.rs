//! A relay that runs: its folder, its socket, its end.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::serve::ListenerExt as _;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::http::{AppState, app};
use crate::store::{SqliteStore, StoreError};

/// How many programmes a relay serves unless it is told otherwise.
const PROGRAMMES: usize = 8;
/// How long calls may take to end once the relay stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// How a relay is to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder in which it keeps what it was given.
    pub data: PathBuf,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How many programmes may be founded on it.
    pub max_programmes: usize,
}

impl Config {
    /// Returns a configuration for a folder and an address, with the usual limits.
    pub fn new(data: PathBuf, listen: SocketAddr) -> Self {
        Self {
            data,
            listen,
            max_programmes: PROGRAMMES,
        }
    }
}

/// Why a relay does not run.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Another relay uses the folder.
    #[error("another relay is running in {0}; stop it first, or choose another folder")]
    InUse(PathBuf),
    /// The folder cannot be used.
    #[error("the folder {folder} cannot be used: {source}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The address cannot be listened on.
    #[error("the relay cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A running relay.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Relay {
    /// Starts a relay on the current tokio runtime.
    pub async fn start(config: Config) -> Result<Self, ServeError> {
        let lock = lock(&config.data)?;
        let store = Arc::new(SqliteStore::open(&config.data.join("relay.sqlite"))?);
        let (state, writer) = AppState::new(store.clone(), Arc::new(unix_seconds), config.max_programmes)?;
        let listening = TcpListener::bind(config.listen).await;
        let failed = |source| ServeError::Listen {
            address: config.listen,
            source,
        };
        let listener = listening.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
            let (leave, left) = oneshot::channel::<()>();
            let serving = axum::serve(listener, app(state)).with_graceful_shutdown(async {
                drop(stopped.await);
                _ = leave.send(());
            });
            let overdue = async {
                drop(left.await);
                tokio::time::sleep(FAREWELL).await;
            };
            tokio::select! {
                ended = serving => if let Err(error) = ended { tracing::error!(%error, "the relay stopped listening") },
                () = overdue => tracing::warn!("calls that did not end were cut"),
            }
            // The routes are gone, and with them all who could write: the writer's thread ends.
            let emptied = tokio::task::spawn_blocking(move || {
                drop(writer.join());
                store.empty_log()
            });
            if let Ok(Err(error)) = emptied.await {
                tracing::error!(%error, "the write-ahead log could not be emptied");
            }
            drop(lock);
        });
        tracing::info!(%address, "the relay listens");
        Ok(Self {
            address,
            stop: Some(stop),
            task,
        })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it. What it acknowledged is durable in any case; calls may end first.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            _ = stop.send(());
        }
        drop(self.task.await);
    }
}

fn lock(folder: &Path) -> Result<File, ServeError> {
    let failed = |source| ServeError::Folder {
        folder: folder.to_owned(),
        source,
    };
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"));
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(ServeError::InUse(folder.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn unix_seconds() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where a relay's time comes from"
    )]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}
