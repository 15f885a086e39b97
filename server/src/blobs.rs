//! Sealed pieces of photos and recordings: kept whole in an object store, and gathered until they are.
//!
//! A piece is named by the hash of its sealed bytes, so that it can be checked by whoever holds it, and so that sending
//! it twice is sending it once. What was gathered lies in plain files and grows at its end; once all is
//! there and the hash is right, the piece goes into the store, durably, before anybody is told that it is there. The calls
//! block.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt as _};
use thiserror::Error;
use wire::envelope::MAX_PART;
use wire::{PartHash, ProgrammeId};

mod partial;
mod wait;

use partial::Partials;
use wait::wait;

/// How long a piece of which not all has come is kept, in seconds: 30 days.
pub const PATIENCE: i64 = 30 * 24 * 3600;
/// Over how many locks pieces are spread: two calls that bring the same piece wait for one another.
const LOCKS: usize = 64;

/// How much of a piece is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// All of it, durably.
    Whole,
    /// So many bytes from its front.
    Partial(u64),
    /// Nothing.
    None,
}

/// Why a piece is not taken or given.
#[derive(Debug, Error)]
pub enum BlobError {
    /// It is longer than a sealed part may be, or more bytes came than it has.
    #[error("a piece has {0} bytes at most, and no more than were declared")]
    TooLong(u64),
    /// What came is not what was declared. It is thrown away, so that it can be sent again from its front.
    #[error(
        "the bytes of a piece are not those its hash names; they were thrown away, and it can be sent again"
    )]
    OtherBytes,
    /// The programme may not keep more here.
    #[error(
        "the programme has used up the {0} bytes it may keep on this relay; ask the relay's administrator"
    )]
    Full(u64),
    /// A file cannot be read or written.
    #[error("the folder of pieces cannot be used: {0}")]
    File(#[from] io::Error),
    /// The store of whole pieces cannot be read or written.
    #[error("the store of pieces cannot be used: {0}")]
    Store(#[from] object_store::Error),
}

/// The pieces of all programmes.
pub struct Blobs {
    whole: Box<dyn ObjectStore>,
    /// Where the whole pieces lie, if they lie in a folder.
    folder: PathBuf,
    partials: Partials,
    /// How many bytes each programme may keep.
    quota: u64,
    used: Mutex<BTreeMap<ProgrammeId, u64>>,
    locks: [Mutex<()>; LOCKS],
}

impl Blobs {
    /// Opens the pieces in a folder, or makes it. Each programme may keep `quota` bytes.
    pub fn open(folder: &Path, quota: u64) -> Result<Self, BlobError> {
        let (whole, partials) = (folder.join("whole"), Partials::open(folder)?);
        partial::make_folder(&whole)?;
        let store = LocalFileSystem::new_with_prefix(&whole)?.with_fsync(true);
        let mut used = partials.sizes()?;
        for object in wait(store.list(None).try_collect::<Vec<_>>())? {
            if let Some(programme) = object
                .location
                .prefix_match(&Key::default())
                .and_then(|mut names| names.next())
                && let Ok(programme) = programme.as_ref().parse()
            {
                *used.entry(programme).or_default() += object.size;
            }
        }
        Ok(Self {
            whole: Box::new(store),
            folder: whole,
            partials,
            quota,
            used: Mutex::new(used),
            locks: std::array::from_fn(|_| Mutex::new(())),
        })
    }

    /// Returns how much of a piece is here.
    pub fn held(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<Held, BlobError> {
        let _alone = self.lock(hash);
        self.look(programme, hash)
    }

    /// Puts bytes at the end of what is here of a piece that has `length` bytes in all. Returns how much is here now. If
    /// the bytes do not follow what is here, nothing changes, and the sender goes on from there.
    ///
    /// Only [`Held::Whole`] is a promise: a power cut may cost a part of what was gathered.
    pub fn append(
        &self,
        programme: &ProgrammeId,
        hash: &PartHash,
        length: u64,
        offset: u64,
        bytes: &[u8],
    ) -> Result<Held, BlobError> {
        if length > MAX_PART as u64 {
            return Err(BlobError::TooLong(MAX_PART as u64));
        }
        let _alone = self.lock(hash);
        if self.size(programme, hash)?.is_some() {
            return self.look(programme, hash);
        }
        let here = self.partials.size(programme, hash)?.unwrap_or(0);
        let (new, missing) = (bytes.len() as u64, length.saturating_sub(here));
        if here > length || (offset == here && new > missing) {
            return Err(BlobError::TooLong(length));
        }
        // All of it may have come already, if the power went before it was kept.
        if missing > 0 {
            if offset != here {
                return Ok(if here == 0 {
                    Held::None
                } else {
                    Held::Partial(here)
                });
            }
            self.reserve(programme, new, missing)?;
            if let Err(error) = self.partials.append(programme, hash, here, bytes) {
                self.release(programme, new);
                return Err(error.into());
            }
            if new < missing {
                return Ok(Held::Partial(here + new));
            }
        }
        if self.finish(programme, hash)? {
            return Ok(Held::Whole);
        }
        let thrown = self.partials.destroy(programme, hash)?.unwrap_or(0);
        self.release(programme, thrown);
        Err(BlobError::OtherBytes)
    }

    /// Returns at most `most` bytes of a whole piece from an offset on; none behind its end. Nothing if it is not whole.
    pub fn read(
        &self,
        programme: &ProgrammeId,
        hash: &PartHash,
        from: u64,
        most: usize,
    ) -> Result<Option<Vec<u8>>, BlobError> {
        let Some(size) = self.size(programme, hash)? else {
            return Ok(None);
        };
        let end = from.saturating_add(most as u64).min(size);
        if from >= end {
            return Ok(Some(Vec::new()));
        }
        let bytes = wait(self.whole.get_range(&key(programme, hash), from..end));
        Ok(found(bytes)?.map(Vec::from))
    }

    /// Destroys a piece, whole or not. Returns whether there was anything.
    ///
    /// The file is removed, and durably so. What the disk keeps of a removed file (remnants on flash, snapshots of the
    /// file system) is out of this program's reach; it is sealed, and its keys are destroyed with the record.
    pub fn destroy(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<bool, BlobError> {
        let _alone = self.lock(hash);
        let gathered = self.partials.destroy(programme, hash)?;
        let whole = self.size(programme, hash)?;
        if whole.is_some() {
            found(wait(self.whole.delete(&key(programme, hash))))?;
        }
        self.release(programme, gathered.unwrap_or(0) + whole.unwrap_or(0));
        Ok(gathered.is_some() || whole.is_some())
    }

    /// Destroys what was gathered of pieces and has not grown for [`PATIENCE`] before `now`, in unix seconds. Returns how
    /// many there were.
    pub fn sweep(&self, now: i64) -> Result<usize, BlobError> {
        let mut swept = 0;
        for (programme, hash) in self.partials.older_than(now - PATIENCE)? {
            let _alone = self.lock(&hash);
            if let Some(bytes) = self.partials.destroy(&programme, &hash)? {
                self.release(&programme, bytes);
                swept += 1;
            }
        }
        partial::sweep_staged(&self.folder, now - PATIENCE)?;
        Ok(swept)
    }

    /// Returns how many bytes a programme keeps.
    pub fn used(&self, programme: &ProgrammeId) -> u64 {
        self.usage().get(programme).copied().unwrap_or(0)
    }

    fn look(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<Held, BlobError> {
        if self.size(programme, hash)?.is_some() {
            // Left behind if the power went between keeping the piece and removing what it was gathered in.
            if let Some(gathered) = self.partials.destroy(programme, hash)? {
                self.release(programme, gathered);
            }
            return Ok(Held::Whole);
        }
        Ok(match self.partials.size(programme, hash)? {
            None | Some(0) => Held::None,
            // All of it had come, and the power went before it was kept.
            Some(_) if self.finish(programme, hash)? => Held::Whole,
            Some(size) => Held::Partial(size),
        })
    }

    /// Keeps a piece, durably, if what was gathered is all of it.
    fn finish(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<bool, BlobError> {
        let bytes = self.partials.read(programme, hash)?;
        if blake3::hash(&bytes).as_bytes() != hash.as_bytes() {
            return Ok(false);
        }
        wait(self.whole.put(&key(programme, hash), bytes.into()))?;
        self.partials.destroy(programme, hash)?;
        Ok(true)
    }

    fn size(&self, programme: &ProgrammeId, hash: &PartHash) -> Result<Option<u64>, BlobError> {
        Ok(found(wait(self.whole.head(&key(programme, hash))))?.map(|object| object.size))
    }

    /// Counts `new` bytes, if all that is missing has room.
    fn reserve(&self, programme: &ProgrammeId, new: u64, missing: u64) -> Result<(), BlobError> {
        let mut used = self.usage();
        let used = used.entry(*programme).or_default();
        if used.saturating_add(missing) > self.quota {
            return Err(BlobError::Full(self.quota));
        }
        *used += new;
        Ok(())
    }

    fn release(&self, programme: &ProgrammeId, bytes: u64) {
        if let Some(used) = self.usage().get_mut(programme) {
            *used = used.saturating_sub(bytes);
        }
    }

    fn usage(&self) -> MutexGuard<'_, BTreeMap<ProgrammeId, u64>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self, hash: &PartHash) -> MutexGuard<'_, ()> {
        let [first, ..] = hash.as_bytes();
        let [any, ..] = &self.locks;
        let lock = self.locks.get(usize::from(*first) % LOCKS).unwrap_or(any);
        lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Names a piece in the store. Both names are made of digits, letters and hyphens only, whoever chose them.
fn key(programme: &ProgrammeId, hash: &PartHash) -> Key {
    Key::from_iter([programme.to_string(), hash.to_string()])
}

/// Returns nothing for what is not there.
fn found<T>(answer: object_store::Result<T>) -> Result<Option<T>, object_store::Error> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
