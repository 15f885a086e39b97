//! Connections that want nothing, or never say what: a relay with a real socket.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use baraza_server::{Config, Limits, Relay};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

struct Running {
    runtime: Runtime,
    relay: Option<Relay>,
    _folder: TempDir,
}

impl Running {
    fn with(tls: bool, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let plain = Config::new(folder.path().to_owned(), SocketAddr::from(([127, 0, 0, 1], 0)));
        let runtime = Runtime::new().unwrap();
        let relay = runtime
            .block_on(Relay::start(Config { tls, limits, ..plain }))
            .unwrap();
        Self {
            runtime,
            relay: Some(relay),
            _folder: folder,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.relay.as_ref().unwrap().address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Asks over plain HTTP whether it is alive. Returns the answer, which is empty if the connection was closed.
    fn ask(&self) -> String {
        let mut stream = self.connect();
        let _ = stream.write_all(b"GET /v1/health HTTP/1.1\r\nhost: relay\r\nconnection: close\r\n\r\n");
        rest(&mut stream)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.runtime.block_on(self.relay.take().unwrap().stop());
    }
}

/// Reads until the other side closes; a reset closes too.
fn rest(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let ended = stream.read_to_end(&mut said);
    let in_time = ended.map_or_else(
        |error| error.kind() == std::io::ErrorKind::ConnectionReset,
        |_| true,
    );
    assert!(in_time, "the relay did not close the connection");
    String::from_utf8(said).unwrap()
}

#[test]
fn a_handshake_that_does_not_end_is_cut() {
    let handshake = Duration::from_millis(300);
    let relay = Running::with(
        true,
        Limits {
            handshake,
            ..Limits::default()
        },
    );
    for start in [&b""[..], &b"\x16\x03\x01\x02\x00"[..]] {
        let mut stream = relay.connect();
        stream.write_all(start).unwrap();
        let started = Instant::now();
        assert_eq!(rest(&mut stream), "");
        assert!(
            started.elapsed() < PATIENCE / 2,
            "{start:?}: {:?}",
            started.elapsed()
        );
    }
}

#[test]
fn a_head_that_does_not_end_is_cut() {
    let head = Duration::from_millis(300);
    let relay = Running::with(
        false,
        Limits {
            head,
            ..Limits::default()
        },
    );
    for start in [&b""[..], &b"POST /v1/sync HTTP/1.1\r\nhost: rel"[..]] {
        let mut stream = relay.connect();
        stream.write_all(start).unwrap();
        let started = Instant::now();
        rest(&mut stream);
        assert!(
            started.elapsed() < PATIENCE / 2,
            "{start:?}: {:?}",
            started.elapsed()
        );
    }
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let relay = Running::with(false, Limits::default());
    let mut stream = relay.connect();
    stream.write_all(b"GET /v1/health HTTP/1.1\r\n").unwrap();
    let field = format!("x: {}\r\n", "y".repeat(8 << 10));
    // The relay stops reading somewhere in between.
    while stream.write_all(field.as_bytes()).is_ok() {}
    assert!(relay.ask().ends_with("alive\n"));
    let mut many = relay.connect();
    many.write_all(b"GET /v1/health HTTP/1.1\r\n").unwrap();
    many.write_all("x: y\r\n".repeat(100).as_bytes()).unwrap();
    many.write_all(b"\r\n").unwrap();
    assert!(rest(&mut many).starts_with("HTTP/1.1 431"));
}

#[test]
fn an_address_has_only_so_many_connections_at_once() {
    let limits = Limits {
        from_one_address: 3,
        ..Limits::default()
    };
    let relay = Running::with(false, limits);
    let mut held: Vec<TcpStream> = (0..3).map(|_| relay.connect()).collect();
    assert_eq!(relay.ask(), "", "a fourth connection is closed at once");
    drop(held.pop());
    let started = Instant::now();
    while !relay.ask().ends_with("alive\n") {
        assert!(
            started.elapsed() < PATIENCE,
            "a place that is free again is not given to anybody"
        );
    }
}

#[test]
fn whoever_speaks_plain_http_to_tls_is_told() {
    let relay = Running::with(true, Limits::default());
    let said = relay.ask();
    assert!(said.starts_with("HTTP/1.1 426 "), "{said}");
    let problem = said.split_once("\r\n\r\n").unwrap().1;
    let problem: serde_json::Value = serde_json::from_str(problem).unwrap();
    assert!(problem["hint"].as_str().unwrap().contains("https://"));
}

#[test]
fn a_relay_stops_while_somebody_says_nothing() {
    for tls in [false, true] {
        let relay = Running::with(tls, Limits::default());
        let _silent: Vec<TcpStream> = (0..5).map(|_| relay.connect()).collect();
        let started = Instant::now();
        drop(relay);
        assert!(
            started.elapsed() < Duration::from_secs(4),
            "{:?}",
            started.elapsed()
        );
    }
}
