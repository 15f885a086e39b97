//! TLS to the relay: members trust one key, and nobody who lacks it hears anything.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is missing"
)]

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use baraza_tests::process::{Process, baraza, free_address, path};
use baraza_tests::{PASSPHRASE, Stage};
use client_core::deeds::found::FoundError;
use client_core::deeds::sync::SyncError;
use client_core::{Cost, HttpLink, LinkError, Notebook, RelayAddress, RelayAddressError};
use form::respondent;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PublicKeyData as _};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, Stream};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use wire::{RecordId, RelayKey};

/// A record of the first phone, finished.
fn finished(stage: &mut Stage) -> RecordId {
    let env = form::Environment::new(stage.desk.now(), jiff::tz::TimeZone::UTC, 7);
    let sheet = respondent::respond(&stage.form, &mut ChaCha20Rng::seed_from_u64(7), &env);
    let record = stage.phones[0].start("household", Some(&sheet)).unwrap();
    stage.phones[0].finish(record).unwrap().unwrap();
    record
}

#[test]
fn members_sync_over_tls_with_the_key_they_know() {
    let mut stage = Stage::with_tls(1);
    stage.field.tap.keep();
    let record = finished(&mut stage);
    let link = HttpLink::default();
    let report = stage.phones[0].sync(&link).unwrap();
    assert_eq!((report.sent > 0, report.unsent), (true, 0));
    stage.sync_desk();
    assert_eq!(stage.desk.show(record).unwrap().summary.id, record);
    let passed = stage.field.tap.kept().concat();
    assert!(passed.len() > 1000);
    for plain in ["POST /v1/sync", "HTTP/1.1", "signature"] {
        assert!(
            !passed.windows(plain.len()).any(|run| run == plain.as_bytes()),
            "{plain} is read on the way"
        );
    }
}

#[test]
fn a_relay_with_another_key_is_refused_and_told_nothing() {
    let mut stage = Stage::with_tls(2);
    let other = Stage::with_tls(3);
    let theirs = other.field.relay();
    let mine = stage.field.relay().key.unwrap();
    assert_ne!(theirs.key, Some(mine));
    let before = other.field.tap.traffic();
    stage
        .desk
        .move_relay(&RelayAddress::with_key(&theirs.url, mine))
        .unwrap();
    // Over the very link that has a connection to the other relay open, which proved its own key.
    let refused = stage.desk.sync(&other.link);
    assert!(
        matches!(refused, Err(SyncError::Link(LinkError::OtherKey { .. }))),
        "{refused:?}"
    );
    let up = other.field.tap.traffic().since(before).up;
    assert!(up < 600, "no more than a handshake went out, but {up} B");
    stage.desk.move_relay(&stage.field.relay()).unwrap();
    stage.sync_desk();
}

#[test]
fn tls_to_a_plain_relay_and_plain_http_to_tls_are_told_apart() {
    let (mut plain, mut tls) = (Stage::set(4), Stage::with_tls(5));
    let key = tls.field.relay().key.unwrap();
    let at = |stage: &Stage, scheme: &str| format!("{scheme}://{}", stage.field.tap.address());

    plain
        .desk
        .move_relay(&RelayAddress::with_key(&at(&plain, "https"), key))
        .unwrap();
    let said = plain.desk.sync(&plain.link);
    assert!(
        matches!(said, Err(SyncError::Link(LinkError::NoTls { .. }))),
        "{said:?}"
    );

    tls.desk
        .move_relay(&RelayAddress::without_key(&at(&tls, "http")))
        .unwrap();
    let said = tls.desk.sync(&tls.link);
    assert!(
        matches!(said, Err(SyncError::Link(LinkError::OnlyTls { .. }))),
        "{said:?}"
    );
    assert!(said.unwrap_err().to_string().contains("https://"));
}

#[test]
fn a_tls_address_without_a_key_founds_nothing() {
    let stage = Stage::set(6);
    let folder = stage.folder.path().join("fresh");
    let surroundings = stage.field.surroundings();
    let mut desk = Notebook::create(&folder, "desk", PASSPHRASE, Cost::LEAST, surroundings).unwrap();
    let refused = desk.found("Keyless", "https://relay.example");
    assert!(
        matches!(refused, Err(FoundError::Relay(RelayAddressError::NoKey(_)))),
        "{refused:?}"
    );
    desk.found(
        "Pinned",
        RelayAddress::with_key("https://relay.example", RelayKey([3; 32])),
    )
    .unwrap();
    drop(desk);
    let desk = Notebook::open(&folder, PASSPHRASE, stage.field.surroundings()).unwrap();
    assert_eq!(
        desk.relay().unwrap().key,
        Some(RelayKey([3; 32])),
        "the key is kept in the notebook"
    );
}

/// Somebody in the middle who shows a certificate. Returns where, and what of the call's inside it came to hear.
fn in_the_middle(shown: CertificateDer<'static>, secret: &KeyPair) -> (SocketAddr, Receiver<Vec<u8>>) {
    let provider = ring::default_provider();
    let secret = PrivateKeyDer::Pkcs8(secret.serialized_der().to_vec().into());
    let signing = provider.key_provider.load_private_key(secret).unwrap();
    let resolver = Always(Arc::new(CertifiedKey::new(vec![shown], signing)));
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (heard, inbox) = channel();
    thread::spawn(move || {
        let (mut tcp, _) = listener.accept().unwrap();
        let mut tls = ServerConnection::new(Arc::new(config)).unwrap();
        let mut said = Vec::new();
        // Either side may end it; what counts is what was heard.
        let _ = Stream::new(&mut tls, &mut tcp).read_to_end(&mut said);
        heard.send(said).unwrap();
    });
    (address, inbox)
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// Checks that a desk which knows a key says nothing to somebody in the middle.
fn says_nothing_to(key: RelayKey, (address, heard): (SocketAddr, Receiver<Vec<u8>>)) {
    let mut stage = Stage::set(7);
    finished(&mut stage);
    let relay = RelayAddress::with_key(&format!("https://{address}"), key);
    stage.phones[0].move_relay(&relay).unwrap();
    let refused = stage.phones[0].sync(&stage.link);
    assert!(
        matches!(refused, Err(SyncError::Link(LinkError::OtherKey { .. }))),
        "{refused:?}"
    );
    assert_eq!(heard.recv_timeout(Duration::from_secs(20)).unwrap(), b"");
}

#[test]
fn somebody_in_the_middle_with_a_certificate_of_an_authority_is_refused() {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(vec![]).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = Issuer::new(authority, &authority_key);
    let key = KeyPair::generate().unwrap();
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let certificate = CertificateParams::new(names)
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let relay = KeyPair::generate().unwrap();
    says_nothing_to(
        RelayKey::of(&relay.subject_public_key_info()),
        in_the_middle(certificate.der().clone(), &key),
    );
}

/// The relay's certificate is no secret: who shows it must also sign the handshake with its key.
#[test]
fn somebody_in_the_middle_who_shows_the_relays_own_certificate_is_refused() {
    let relay = KeyPair::generate().unwrap();
    let certificate = CertificateParams::default().self_signed(&relay).unwrap();
    let key = RelayKey::of(&relay.subject_public_key_info());
    let thief = KeyPair::generate().unwrap();
    says_nothing_to(key, in_the_middle(certificate.der().clone(), &thief));
}

#[test]
fn the_program_serves_tls_and_founds_with_the_key_it_prints() {
    let folder = tempfile::tempdir().unwrap();
    let (data, home) = (folder.path().join("relay"), folder.path().join("desk"));
    let address = free_address().to_string();
    let arguments = ["serve", "--tls", "--data", path(&data), "--listen", &address];
    let mut relay = Process::start(&arguments, PASSPHRASE);
    let line = relay.line_with("relay key: ").unwrap();
    let key = line.trim_start_matches("relay key: ").to_owned();
    let url = format!("https://{address}");
    let found = [
        "programme",
        "found",
        "--home",
        path(&home),
        "--name",
        "Pinned",
        "--relay",
        &url,
    ];
    let (founded, said) = Process::start(&found, PASSPHRASE).end();
    assert!(!founded && said.contains("its key is not known here"), "{said}");
    baraza(&[&found[..], &["--relay-key", &key]].concat(), PASSPHRASE);
    let said = baraza(&["sync", "--home", path(&home)], PASSPHRASE);
    assert!(said.starts_with("Sent 0"), "{said}");
}

#[test]
fn founding_with_plain_http_to_another_machine_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    for (n, relay, warned) in [
        (1, "http://relay.example:8080", true),
        (2, "http://127.0.0.1:8080", false),
    ] {
        let home = folder.path().join(n.to_string());
        let found = [
            "programme",
            "found",
            "--home",
            path(&home),
            "--name",
            "Open",
            "--relay",
            relay,
        ];
        let said = baraza(&found, PASSPHRASE);
        assert_eq!(said.contains("plain HTTP to another machine"), warned, "{said}");
    }
}

/// What one connection says at once, and what it says bit by bit afterwards.
const SLOW: [(&[u8], &[u8]); 4] = [
    (b"", b""),
    (b"", b"\x16\x03\x01\x02\x00\x01"),
    (
        b"POST /v1/sync HTTP/1.1\r\nhost: relay\r\n",
        b"x-slow: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
    ),
    (
        b"POST /v1/sync HTTP/1.1\r\nhost: relay\r\ncontent-length: 1000000\r\n\r\n",
        b"\x7fxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ),
];

/// Holds connections open from three other addresses of this machine: more than each may have.
async fn trickle(relay: SocketAddr) {
    let mut open: Vec<(TcpStream, &[u8])> = Vec::new();
    for n in 0..450u16 {
        let socket = TcpSocket::new_v4().unwrap();
        let from = [127, 0, 0, 2 + u8::try_from(n % 3).unwrap()];
        socket.bind(SocketAddr::from((from, 0))).unwrap();
        let mut stream = socket.connect(relay).await.unwrap();
        let (start, rest) = SLOW[usize::from(n / 3) % SLOW.len()];
        let _ = stream.write_all(start).await;
        open.push((stream, rest));
    }
    for at in 0.. {
        tokio::time::sleep(Duration::from_millis(200)).await;
        for (stream, rest) in &mut open {
            if let Some(byte) = rest.get(at..=at) {
                // Whoever was cut stays cut.
                let _ = stream.write_all(byte).await;
            }
        }
    }
}

#[test]
fn hundreds_of_slow_connections_keep_nobody_from_syncing() {
    for mut stage in [Stage::with_tls(8), Stage::set(9)] {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let slow = runtime.spawn(trickle(stage.field.relay_address()));
        thread::sleep(Duration::from_millis(800));
        for _ in 0..3 {
            let record = finished(&mut stage);
            let started = Instant::now();
            // A link of its own, so that the connection is a new one.
            stage.phones[0].sync(&HttpLink::default()).unwrap();
            stage.desk.sync(&HttpLink::default()).unwrap();
            assert!(
                started.elapsed() < Duration::from_secs(15),
                "a sync took {:?}",
                started.elapsed()
            );
            assert!(stage.desk.show(record).is_ok());
        }
        assert!(!slow.is_finished());
        runtime.shutdown_background();
    }
}
