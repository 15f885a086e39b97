//! The one writer: what arrives together shares a commit, and nothing is answered before it is durable.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use seal::roster::{Roster, RosterError};
use seal::verify::envelope::Verified;
use tokio::sync::{mpsc, oneshot, watch};
use wire::{Kind, ProgrammeId, RosterEntry, Status};

use crate::blobs::Blobs;
use crate::store::{Store, StoreError, Write};

/// How many writes may wait.
const QUEUE: usize = 4096;
/// How many writes share a commit at most.
const BATCH: usize = 1024;

/// The rosters of all programmes, as far as they are durable.
pub(crate) type Rosters = Arc<RwLock<BTreeMap<ProgrammeId, Arc<Roster>>>>;

struct Job {
    what: Write,
    reply: oneshot::Sender<Status>,
}

/// The way to the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    rosters: Rosters,
    erasures: watch::Receiver<()>,
}

impl Writer {
    /// Starts the writer's thread. It ends when nobody can write any more.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        blobs: Arc<Blobs>,
        hour: Arc<dyn Fn() -> i64 + Send + Sync>,
        most_programmes: usize,
    ) -> Result<(Self, JoinHandle<()>), StoreError> {
        let mut known = BTreeMap::new();
        for programme in store.programmes()? {
            let entries = store.roster(&programme, 0)?;
            if !entries.is_empty() {
                let roster =
                    Roster::from_entries(&entries).map_err(|_| StoreError::Unreadable("a roster"))?;
                known.insert(programme, Arc::new(roster));
            }
        }
        // The program may have been killed between erasing a record and destroying its photos.
        destroy_doomed(&*store, &blobs);
        let rosters: Rosters = Arc::new(RwLock::new(known));
        let (jobs, mut inbox) = mpsc::channel::<Job>(QUEUE);
        let shared = Arc::clone(&rosters);
        let (erased, erasures) = watch::channel(());
        let thread = thread::spawn(move || {
            while let Some(first) = inbox.blocking_recv() {
                let mut batch = vec![first];
                while batch.len() < BATCH {
                    match inbox.try_recv() {
                        Ok(job) => batch.push(job),
                        Err(_) => break,
                    }
                }
                write(&*store, &blobs, &shared, &erased, batch, hour(), most_programmes);
            }
        });
        let writer = Self {
            jobs,
            rosters,
            erasures,
        };
        Ok((writer, thread))
    }

    /// Returns what tells whenever something was erased, from now on.
    pub(crate) fn erasures(&self) -> watch::Receiver<()> {
        self.erasures.clone()
    }

    /// Queues a verified envelope. The answer comes once it is durable; none if the store failed.
    pub(crate) async fn keep(&self, verified: Verified) -> oneshot::Receiver<Status> {
        self.queue(Write::Keep(verified)).await
    }

    /// Queues a roster entry, which the writer verifies.
    pub(crate) async fn append(&self, entry: RosterEntry) -> oneshot::Receiver<Status> {
        self.queue(Write::Append(entry)).await
    }

    /// Returns a programme's roster, as far as it is durable.
    pub(crate) fn roster(&self, programme: &ProgrammeId) -> Option<Arc<Roster>> {
        self.rosters
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(programme)
            .cloned()
    }

    /// Returns how many programmes there are.
    pub(crate) fn programmes(&self) -> usize {
        self.rosters.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    async fn queue(&self, what: Write) -> oneshot::Receiver<Status> {
        let (reply, answer) = oneshot::channel();
        // A writer that is gone drops the reply, and the call fails.
        drop(self.jobs.send(Job { what, reply }).await);
        answer
    }
}

fn write(
    store: &dyn Store,
    blobs: &Blobs,
    rosters: &Rosters,
    erased: &watch::Sender<()>,
    batch: Vec<Job>,
    hour: i64,
    most_programmes: usize,
) {
    let mut grown: BTreeMap<ProgrammeId, Arc<Roster>> =
        rosters.read().unwrap_or_else(PoisonError::into_inner).clone();
    let (mut writes, mut replies) = (Vec::new(), Vec::new());
    for Job { what, reply } in batch {
        let refused = match &what {
            Write::Append(entry) => admit(&mut grown, entry, most_programmes).err(),
            Write::Keep(_) | Write::Erase(_) => None,
        };
        let what = match what {
            Write::Keep(verified) if erases(&grown, &verified) => Write::Erase(verified),
            other => other,
        };
        match refused {
            Some(status) => _ = reply.send(status),
            None => {
                writes.push(what);
                replies.push(reply);
            }
        }
    }
    match store.write(&writes, hour) {
        Ok(statuses) => {
            // Before a tombstone is acknowledged, the photos of its record are gone.
            if writes.iter().any(|write| matches!(write, Write::Erase(_))) {
                destroy_doomed(store, blobs);
                erased.send_replace(());
            }
            // Published before it is answered: whoever got an answer finds the roster it speaks of.
            *rosters.write().unwrap_or_else(PoisonError::into_inner) = grown;
            for (reply, status) in replies.into_iter().zip(statuses) {
                _ = reply.send(status);
            }
        }
        // Dropping the replies makes every call of this batch fail; members send again what was not acknowledged.
        Err(error) => tracing::error!(%error, writes = writes.len(), "a batch could not be written"),
    }
}

/// Destroys the pieces of erased records. What cannot be destroyed now is tried again with the next tombstone, and when
/// the relay starts.
fn destroy_doomed(store: &dyn Store, blobs: &Blobs) {
    let doomed = match store.doomed_pieces() {
        Ok(doomed) => doomed,
        Err(error) => return tracing::error!(%error, "the pieces of erased records could not be found"),
    };
    for (programme, hash) in doomed {
        let destroyed = blobs
            .destroy(&programme, &hash)
            .map_err(|error| error.to_string());
        let noted = destroyed.and_then(|_| {
            let noted = store.note_destroyed(&programme, &hash);
            noted.map_err(|error| error.to_string())
        });
        if let Err(error) = noted {
            tracing::error!(%error, "a piece of an erased record could not be destroyed");
        }
    }
}

/// Returns whether an envelope is a tombstone of somebody who may erase. Anybody else's is kept, and destroys nothing.
pub(crate) fn erases(rosters: &BTreeMap<ProgrammeId, Arc<Roster>>, verified: &Verified) -> bool {
    let header = verified.header();
    let roster = rosters.get(&header.programme);
    header.kind == Kind::TOMBSTONE && roster.is_some_and(|roster| roster.may_erase(&header.author))
}

/// Verifies an entry against what is there, and lets the roster grow.
pub(crate) fn admit(
    grown: &mut BTreeMap<ProgrammeId, Arc<Roster>>,
    entry: &RosterEntry,
    most_programmes: usize,
) -> Result<(), Status> {
    match grown.get(&entry.programme) {
        None if grown.len() >= most_programmes => Err(Status::Refused),
        None => {
            let roster = Roster::begin(entry).map_err(|_| Status::Refused)?;
            grown.insert(entry.programme, Arc::new(roster));
            Ok(())
        }
        Some(roster) if entry.height <= roster.position().height => {
            // Stored before: the store says whether it is the same.
            Ok(())
        }
        Some(roster) => {
            let mut next = Roster::clone(roster);
            match next.append(entry) {
                Ok(()) => {
                    grown.insert(entry.programme, Arc::new(next));
                    Ok(())
                }
                Err(RosterError::NotNext { .. }) => Err(Status::Overtaken),
                Err(_) => Err(Status::Refused),
            }
        }
    }
}
