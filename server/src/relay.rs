//! A relay that runs: its folder, its socket, its end.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wire::RelayKey;

use crate::blobs::{BlobError, Blobs};
use crate::http::{AppState, Bounds, Endings, Limits, app, serve};
use crate::store::{SqliteStore, StoreError};

mod backup;
mod carry;
mod tls_key;

pub use backup::{BackupError, back_up, restore};
pub use carry::{CarryError, CarryReport, export_bundle, import_bundle};
pub use tls_key::TlsKeyError;

/// The file of what it was given.
const DATABASE: &str = "relay.sqlite";
/// The folder of sealed photos and recordings.
const BLOBS: &str = "blobs";
/// The file that keeps two relays out of one folder.
const LOCK: &str = "lock";

/// How many bytes of sealed photos and recordings a programme may keep unless the relay is told otherwise: 20 GiB.
pub const MEDIA_QUOTA: u64 = 20 << 30;
/// How often what was never sent to its end is swept away.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long calls may take to end once the relay stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// How a relay is to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder in which it keeps what it was given.
    pub data: PathBuf,
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How many programmes and how much of each member it takes.
    pub bounds: Bounds,
    /// Whether it speaks TLS, with a key of its own, and nothing else.
    pub tls: bool,
    /// How many connections may be open.
    pub limits: Limits,
    /// How many bytes of sealed photos and recordings one programme may keep.
    pub media_quota: u64,
}

impl Config {
    /// Returns a configuration for a folder and an address, with the usual limits.
    pub fn new(data: PathBuf, listen: SocketAddr) -> Self {
        Self {
            data,
            listen,
            bounds: Bounds::default(),
            tls: false,
            limits: Limits::default(),
            media_quota: MEDIA_QUOTA,
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
    /// There is no key for TLS.
    #[error(transparent)]
    Tls(#[from] TlsKeyError),
    /// The folder of photos and recordings does not open.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The store does not open.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A running relay.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    key: Option<RelayKey>,
    stop: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Relay {
    /// Starts a relay on the current tokio runtime.
    pub async fn start(config: Config) -> Result<Self, ServeError> {
        let lock = lock(&config.data)?;
        let store = Arc::new(SqliteStore::open(&config.data.join(DATABASE))?);
        let blobs = Arc::new(Blobs::open(&config.data.join(BLOBS), config.media_quota)?);
        let (state, writer) = AppState::new(
            store.clone(),
            Arc::clone(&blobs),
            Arc::new(unix_seconds),
            config.bounds,
        )?;
        let tls = match config.tls {
            true => Some(tls_key::open_or_make(&config.data)?),
            false => None,
        };
        let key = tls.as_ref().map(|tls| tls.key);
        let listening = TcpListener::bind(config.listen).await;
        let failed = |source| ServeError::Listen {
            address: config.listen,
            source,
        };
        let listener = listening.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, stopping) = watch::channel(());
        let task = tokio::spawn(async move {
            let tls = tls.map(|tls| tls.config);
            let endings = Endings {
                stop: stopping.clone(),
                erasures: state.writer.erasures(),
            };
            let serving = serve(listener, tls, app(state), config.limits, endings);
            let overdue = async {
                let mut stopping = stopping;
                drop(stopping.changed().await);
                tokio::time::sleep(FAREWELL).await;
            };
            tokio::select! {
                () = serving => {}
                () = sweep(blobs) => {}
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
            key,
            stop,
            task,
        })
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the key that members must know to call it, if it speaks TLS.
    pub fn key(&self) -> Option<RelayKey> {
        self.key
    }

    /// Stops it. What it acknowledged is durable in any case; calls may end first.
    pub async fn stop(self) {
        drop(self.stop);
        drop(self.task.await);
    }
}

/// Sweeps away, now and every day, what was never sent to its end. Does not end.
async fn sweep(blobs: Arc<Blobs>) {
    loop {
        let blobs = Arc::clone(&blobs);
        let swept = tokio::task::spawn_blocking(move || blobs.sweep(unix_seconds()));
        match swept.await {
            Ok(Ok(0)) | Err(_) => {}
            Ok(Ok(pieces)) => tracing::info!(pieces, "pieces that were never sent to their end were removed"),
            Ok(Err(error)) => tracing::error!(%error, "pieces could not be swept"),
        }
        tokio::time::sleep(DAY).await;
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
        .open(folder.join(LOCK));
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
