//! Backups of a relay, and a relay made out of one.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use baraza_server::store::{MemoryStore, Query, SqliteStore, Store, Write};
use baraza_server::{AppState, BackupError, Bounds, Config, Relay, app, back_up, restore};
use http_body_util::BodyExt as _;
use seal::verify::request::request_headers;
use sync::{MemberCall, MemberEffect};
use tower::ServiceExt as _;
use wire::{Hello, Kind, LogId, RecordId, RefusalCode, RosterPosition, Want, Wanted};

use crate::members::{Programme, blobs};

/// How many envelopes arrive while the backup is made.
const MEANWHILE: usize = 1000;

fn open(data: &Path) -> SqliteStore {
    SqliteStore::open(&data.join("relay.sqlite")).unwrap()
}

fn found(store: &dyn Store, programme: &Programme) {
    let entries: Vec<Write> = programme.entries.iter().cloned().map(Write::Append).collect();
    store.write(&entries, 0).unwrap();
}

fn all(store: &dyn Store, programme: &Programme) -> Vec<(u64, wire::Envelope)> {
    let (mut envelopes, mut after) = (Vec::new(), 0);
    loop {
        let run = store.run(&programme.id, Query::All, after).unwrap();
        envelopes.extend(run.envelopes);
        if !run.more {
            return envelopes;
        }
        after = run.looked_to;
    }
}

#[test]
fn a_backup_made_while_a_thousand_envelopes_arrive_holds_what_came_first() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("relay"), folder.path().join("backup"));
    fs::create_dir(&data).unwrap();
    let store = open(&data);
    let mut programme = Programme::found(1);
    found(&store, &programme);
    let before = Write::Keep(programme.write(1, 0, Kind::RECORD, None));
    store.write(&[before], 0).unwrap();
    let arriving: Vec<Write> = (0..MEANWHILE)
        .map(|_| Write::Keep(programme.write(1, 1, Kind::RECORD, None)))
        .collect();
    thread::scope(|threads| {
        let writer = threads.spawn(|| {
            for few in arriving.chunks(10) {
                store.write(few, 0).unwrap();
            }
        });
        back_up(&data, &file).unwrap();
        writer.join().unwrap();
    });
    let whole = all(&store, &programme);
    assert_eq!(whole.len(), MEANWHILE + 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let again = folder.path().join("again");
    restore(&file, &again).unwrap();
    let restored = open(&again);
    restored.check().unwrap();
    let held = all(&restored, &programme);
    assert!(!held.is_empty());
    assert_eq!(held[..], whole[..held.len()]);
    assert_eq!(restored.last(&programme.id).unwrap(), held.len() as u64);
    assert_eq!(restored.roster(&programme.id, 0).unwrap(), programme.entries);
    let (old, new) = (store.identity(), restored.identity());
    assert_ne!(old.log, new.log);
    assert_ne!(old.freshness, new.freshness, "old nonces are worth nothing");
    assert!(restored.restored(&programme.id).unwrap());
    assert!(
        !store.restored(&programme.id).unwrap(),
        "the relay that was copied goes on"
    );
}

#[test]
fn blobs_and_the_tls_key_go_along() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file, again) = ["relay", "backup", "again"]
        .map(|name| folder.path().join(name))
        .into();
    fs::create_dir_all(data.join("blobs/a")).unwrap();
    drop(open(&data));
    fs::write(data.join("blobs/a/b"), b"sealed").unwrap();
    fs::write(data.join("tls.key"), b"secret").unwrap();
    back_up(&data, &file).unwrap();
    restore(&file, &again).unwrap();
    assert_eq!(fs::read(again.join("blobs/a/b")).unwrap(), b"sealed");
    assert_eq!(fs::read(again.join("tls.key")).unwrap(), b"secret");
}

#[test]
fn a_relay_sweeps_what_was_never_sent_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let gathered = folder
        .path()
        .join("blobs/partial")
        .join(Programme::found(1).id.to_string());
    fs::create_dir_all(&gathered).unwrap();
    let [old, new] = ["a", "b"].map(|digit| gathered.join(digit.repeat(64)));
    fs::write(&new, b"begun").unwrap();
    let file = fs::File::create(&old).unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let config = Config::new(folder.path().to_owned(), ([127, 0, 0, 1], 0).into());
        let relay = Relay::start(config).await.unwrap();
        let swept = async {
            while old.exists() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), swept)
            .await
            .unwrap();
        relay.stop().await;
    });
    assert!(new.exists());
}

#[test]
fn nothing_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("relay"), folder.path().join("backup"));
    assert!(matches!(back_up(&data, &file), Err(BackupError::NoRelay(_))));
    fs::create_dir(&data).unwrap();
    drop(open(&data));
    back_up(&data, &file).unwrap();
    assert!(matches!(back_up(&data, &file), Err(BackupError::There(_))));
    assert!(matches!(restore(&file, &data), Err(BackupError::NotEmpty(_))));
    let none = folder.path().join("none");
    assert!(matches!(
        restore(&none, &folder.path().join("new")),
        Err(BackupError::NoBackup(_))
    ));
}

#[test]
fn a_damaged_or_foreign_file_is_no_backup_and_leaves_the_folder_empty() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("relay"), folder.path().join("backup"));
    fs::create_dir(&data).unwrap();
    let store = open(&data);
    let mut programme = Programme::found(1);
    found(&store, &programme);
    let writes: Vec<Write> = (0..200)
        .map(|_| Write::Keep(programme.write(1, 1, Kind::RECORD, None)))
        .collect();
    store.write(&writes, 0).unwrap();
    back_up(&data, &file).unwrap();
    let good = fs::read(&file).unwrap();
    let mut holed = good.clone();
    let middle = good.len() / 2;
    holed[middle..middle + 4096].fill(0xa5);
    let other = folder.path().join("other.sqlite");
    let foreign = rusqlite::Connection::open(&other).unwrap();
    foreign
        .execute_batch("CREATE TABLE t (a); PRAGMA user_version = 1")
        .unwrap();
    drop(foreign);
    let wrong = [
        b"not a database at all, but long enough".repeat(100),
        holed,
        fs::read(&other).unwrap(),
        vec![],
    ];
    let again = folder.path().join("again");
    for (n, bytes) in wrong.iter().enumerate() {
        fs::write(&file, bytes).unwrap();
        let said = restore(&file, &again);
        assert!(matches!(said, Err(BackupError::Store(_))), "{n}: {said:?}");
    }
    fs::write(&file, &good).unwrap();
    restore(&file, &again).unwrap();
    assert_eq!(all(&open(&again), &programme).len(), 200);
}

/// A relay without a socket, and what members know of it.
struct InMemory {
    store: Arc<MemoryStore>,
    state: AppState,
}

/// How a member's call ended.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    pulled: usize,
    completed: usize,
    cursor: u64,
}

impl InMemory {
    fn with(programmes: &[&Programme]) -> Self {
        let store = Arc::new(MemoryStore::by_chance().unwrap());
        programmes.iter().for_each(|programme| found(&*store, programme));
        let (state, _writer) = AppState::new(
            store.clone(),
            blobs(),
            Arc::new(|| 1_795_000_000),
            Bounds::default(),
        )
        .unwrap();
        Self { store, state }
    }

    /// Calls as a member, with a want; `cut` ends the request as a connection does that breaks.
    async fn call(&self, programme: &Programme, member: usize, log: LogId, cut: bool) -> Option<Answer> {
        let mut nonce = Vec::new();
        loop {
            let hello = Hello {
                programme: programme.id,
                member: programme.members[member].id,
                cursor: 0,
                log,
                roster: RosterPosition {
                    height: 3,
                    ..programme.roster.position()
                },
                nonce,
                wants: vec![Want {
                    what: Wanted::Record(RecordId::from_bytes([1; 16])),
                    from: 0,
                }],
                probe: false,
            };
            let (mut call, bytes) = MemberCall::begin(hello);
            let key = &programme.members[member];
            // The length of the hello's frame takes one byte or two.
            let signed = &bytes[if bytes[0] < 0x80 { 1 } else { 2 }..];
            let headers = request_headers(&key.sign, key.id, "POST", "/v1/sync", signed);
            let mut request = Request::post("/v1/sync");
            for (name, value) in headers.pairs() {
                request = request.header(name, value);
            }
            let end = cut.then(|| Err(std::io::Error::other("cut")));
            let body = tokio_stream::iter([Ok(Bytes::from(bytes))].into_iter().chain(end));
            let request = request.body(Body::from_stream(body)).unwrap();
            let answer = app(self.state.clone()).oneshot(request).await.unwrap();
            let answer = answer.into_body().collect().await.unwrap().to_bytes();
            let effects = call.received(&answer).unwrap();
            let count =
                |what: fn(&MemberEffect) -> bool| effects.iter().filter(|effect| what(effect)).count();
            match effects.last() {
                Some(MemberEffect::Refused(refusal)) if refusal.code == RefusalCode::Stale => {
                    nonce = refusal.nonce.clone();
                }
                Some(MemberEffect::Finish(done)) => {
                    return Some(Answer {
                        pulled: count(|effect| matches!(effect, MemberEffect::Keep { .. })),
                        completed: count(|effect| matches!(effect, MemberEffect::Forget(_))),
                        cursor: done.cursor,
                    });
                }
                _ => return None,
            }
        }
    }
}

#[tokio::test]
async fn a_restored_programme_gives_nothing_until_its_own_desk_has_sent_everything() {
    let (desk, device) = (0, 2);
    let (mut one, other) = (Programme::found(1), Programme::found(2));
    let relay = InMemory::with(&[&one, &other]);
    let writes = [
        one.write(1, 1, Kind::RECORD, None),
        one.write(0, 1, Kind::GRANT, Some(device)),
        one.write(0, 3, Kind::FORM, None),
    ];
    relay.store.write(&writes.map(Write::Keep), 0).unwrap();
    let log = relay.store.identity().log;
    let nothing = Some(Answer {
        pulled: 0,
        completed: 0,
        cursor: 0,
    });
    let everything = || {
        Some(Answer {
            pulled: 3,
            completed: 1,
            cursor: 3,
        })
    };
    assert_eq!(relay.call(&one, device, log, false).await, everything(), "before");

    relay.store.mark_restored();
    let old = LogId([3; 8]);
    for (who, log, why) in [
        (device, old, "a device that knows the old log"),
        (device, log, "a device that has sent all it has"),
        (desk, old, "a desk that has not queued its envelopes again"),
        (desk, LogId([0; 8]), "a desk that never synced"),
    ] {
        assert_eq!(relay.call(&one, who, log, false).await, nothing, "{why}");
    }
    relay.call(&one, desk, log, true).await;
    assert!(
        relay.store.restored(&one.id).unwrap(),
        "a desk's call that was cut"
    );

    assert_eq!(
        relay.call(&one, desk, log, false).await,
        everything(),
        "a desk that has sent all it has"
    );
    assert_eq!(relay.call(&one, device, log, false).await, everything(), "after");
    assert!(
        relay.store.restored(&other.id).unwrap(),
        "another programme's desk opens nothing"
    );
}
