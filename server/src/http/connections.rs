//! Connections: let in, limited, given TLS where there is TLS, and served.
//!
//! Nobody can hold the others up. Each connection has a task of its own from its first byte on, so that a slow
//! handshake waits alone; whoever does not finish the handshake, or the head of a request, in time is cut; and one
//! address has only so many connections.
//!
//! After an erasure every connection that was open is ended, once its call is answered: what it read and wrote stands in its
//! buffers still, and is overwritten when they are given back. Members open another.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::places::Places;
use super::tls;

/// How large the head of a request may be, and how much of a body is read at once.
const MOST_HEAD: usize = 64 << 10;
/// How many fields the head of a request may have.
const MOST_FIELDS: usize = 32;
/// How long to wait when the machine has no more connections to give.
const BREATH: Duration = Duration::from_millis(200);

/// How many connections may be open, and how long one may take to say what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From one address; one IPv6 network of 64 bits counts as one address. Further ones are closed at once.
    pub from_one_address: usize,
    /// In all. Further ones wait.
    pub in_all: usize,
    /// How long a handshake may take.
    pub handshake: Duration,
    /// How long the head of a request may take, and a connection may stay open without one.
    pub head: Duration,
}

impl Default for Limits {
    /// As many as the usual 1,024 open files allow; many phones may stand behind one address. Members drop a connection
    /// that they have not used for 15 seconds (ureq's own limit), so that they are never the ones who are cut.
    fn default() -> Self {
        Self {
            from_one_address: 128,
            in_all: 800,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(30),
        }
    }
}

/// When connections are to be ended.
#[derive(Clone)]
pub(crate) struct Endings {
    /// Dropped by its sender, or told: the relay stops.
    pub(crate) stop: watch::Receiver<()>,
    /// Told whenever something was erased.
    pub(crate) erasures: watch::Receiver<()>,
}

impl Endings {
    /// Returns those that are still to come for a connection that is opened now.
    fn still_to_come(&self) -> Self {
        let mut endings = self.clone();
        endings.erasures.mark_unchanged();
        endings
    }

    async fn come(&mut self) {
        tokio::select! {
            _ = self.stop.changed() => {}
            _ = self.erasures.changed() => {}
        }
    }
}

/// Serves connections until it is to stop, and then until those that are open have ended.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    routes: Router,
    limits: Limits,
    mut endings: Endings,
) {
    let seats = Arc::new(Semaphore::new(limits.in_all));
    let places = Places::new(limits.from_one_address);
    // Dropping the set cuts whatever is still open.
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = accept(&listener, &seats) => accepted,
            _ = endings.stop.changed() => break,
        };
        let Some((seat, stream, from)) = accepted else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let Some(place) = places.take(from) else {
            tracing::debug!("an address has too many connections; one was closed");
            continue;
        };
        let (tls, routes, endings) = (tls.clone(), routes.clone(), endings.still_to_come());
        open.spawn(async move {
            serve_one(stream, tls, routes, limits, endings).await;
            drop((seat, place));
        });
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

async fn accept(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
) -> Option<(tokio::sync::OwnedSemaphorePermit, TcpStream, IpAddr)> {
    let seat = Arc::clone(seats).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, from)) => Some((seat, stream, from.ip())),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            None
        }
    }
}

async fn serve_one(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    routes: Router,
    limits: Limits,
    mut endings: Endings,
) {
    // Answers are small and wait for one another: they must not wait for full packets.
    drop(stream.set_nodelay(true));
    let Some(config) = tls else {
        return speak(stream, routes, limits.head, endings).await;
    };
    let shaken = tokio::select! {
        shaken = tokio::time::timeout(limits.handshake, tls::shake_hands(stream, config)) => shaken,
        _ = endings.stop.changed() => return,
    };
    if let Ok(Some(stream)) = shaken {
        speak(stream, routes, limits.head, endings).await;
    }
}

/// Speaks HTTP until one side ends the connection.
async fn speak<S>(stream: S, routes: Router, head: Duration, mut endings: Endings)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(MOST_HEAD)
        .max_headers(MOST_FIELDS);
    let service = TowerToHyperService::new(routes);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = endings.come() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection was cut");
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_connection_ends_with_an_erasure_and_one_that_is_opened_after_it_stays() {
        let ((stop, stopping), (erased, erasures)) = (watch::channel(()), watch::channel(()));
        let endings = Endings {
            stop: stopping,
            erasures,
        };
        let routes = Router::new().route("/", axum::routing::get(|| async { "here" }));
        let open = |endings: Endings| {
            let (ours, theirs) = tokio::io::duplex(4096);
            tokio::spawn(speak(theirs, routes.clone(), Duration::from_secs(60), endings));
            ours
        };
        let ask = async |stream: &mut tokio::io::DuplexStream| {
            stream
                .write_all(b"GET / HTTP/1.1\r\nhost: relay\r\n\r\n")
                .await
                .unwrap();
            let mut answer = vec![0; 4096];
            let length = stream.read(&mut answer).await.unwrap();
            String::from_utf8_lossy(&answer[..length]).into_owned()
        };
        let mut before = open(endings.still_to_come());
        assert!(ask(&mut before).await.ends_with("here"));
        erased.send_replace(());
        let mut after = open(endings.still_to_come());
        assert_eq!(before.read(&mut [0; 16]).await.unwrap(), 0, "it is closed");
        assert!(ask(&mut after).await.ends_with("here"));
        assert!(ask(&mut after).await.ends_with("here"));
        drop(stop);
        assert_eq!(after.read(&mut [0; 16]).await.unwrap(), 0);
    }
}
