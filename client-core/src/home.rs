//! The folder a notebook lives in.
//!
//! ```text
//! notebook.sqlite   everything, encrypted (SQLCipher) under a random key
//! notebook.key      that key, wrapped by the passphrase (Argon2id)
//! restored          empty: the notebook came out of a backup, and was not opened since
//! outbox/           a copy of every sealed envelope of this node's own: sealed, so it needs no passphrase
//! lock              held while the notebook is open
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use thiserror::Error;
use wire::{Envelope, EnvelopeId, Frame, FrameWriter, Header, Hello, LogId};

mod backup;

/// Why a folder cannot be used.
#[derive(Debug, Error)]
pub enum HomeError {
    /// Another program has the notebook open.
    #[error("the notebook in {0} is open in another program; close that first")]
    InUse(PathBuf),
    /// There is a notebook already.
    #[error("there is a notebook in {0} already; choose another folder")]
    Taken(PathBuf),
    /// There is no notebook.
    #[error("there is no notebook in {0}")]
    None(PathBuf),
    /// The folder cannot be read or written.
    #[error("{path} cannot be used: {source}")]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A folder, locked for this program.
#[derive(Debug)]
pub(crate) struct Home {
    folder: PathBuf,
    _lock: File,
}

impl Home {
    /// Makes the folder for a new notebook.
    pub(crate) fn make(folder: &Path) -> Result<Self, HomeError> {
        make_private(folder)?;
        let home = Self::lock(folder)?;
        if home.database().exists() || home.key_file().exists() {
            return Err(HomeError::Taken(folder.to_owned()));
        }
        make_private(&home.outbox())?;
        Ok(home)
    }

    /// Takes the folder of a notebook.
    pub(crate) fn take(folder: &Path) -> Result<Self, HomeError> {
        if !folder.join("notebook.key").exists() {
            return Err(HomeError::None(folder.to_owned()));
        }
        let home = Self::lock(folder)?;
        make_private(&home.outbox())?;
        Ok(home)
    }

    /// Returns whether the notebook was just restored from a backup.
    pub(crate) fn is_restored(&self) -> bool {
        self.restored_mark().exists()
    }

    /// Notes that the notebook itself knows that it was restored.
    pub(crate) fn unmark_restored(&self) -> Result<(), HomeError> {
        let mark = self.restored_mark();
        fs::remove_file(&mark).map_err(at(&mark))?;
        sync_folder(&self.folder)
    }

    fn restored_mark(&self) -> PathBuf {
        self.folder.join("restored")
    }

    /// Writes key and database into one file, durably, so that it is there whole or not at all.
    pub(crate) fn write_backup(&self, to: &Path) -> Result<(), HomeError> {
        let unfinished = to.with_extension("unfinished");
        let key = self.read_key()?;
        let database = self.database();
        let mut from = File::open(&database).map_err(at(&database))?;
        let length = from.metadata().map_err(at(&database))?.len();
        let mut file = create_private(&unfinished)?;
        backup::write(&key, &mut from, length, &mut file)
            .and_then(|()| file.sync_all())
            .map_err(at(&unfinished))?;
        fs::rename(&unfinished, to).map_err(at(to))?;
        sync_folder(
            to.parent()
                .filter(|folder| *folder != Path::new(""))
                .unwrap_or(Path::new(".")),
        )
    }

    /// Puts a backup into this new folder. Returns `false`, and leaves nothing, if the file is none or is damaged.
    pub(crate) fn read_backup(&self, from: &Path) -> Result<bool, HomeError> {
        let database = self.database();
        let mut source = File::open(from).map_err(at(from))?;
        let mut file = create_private(&database)?;
        let key = backup::read(&mut source, &mut file).map_err(at(from))?;
        let Some(key) = key else {
            drop(file);
            fs::remove_file(&database).map_err(at(&database))?;
            return Ok(false);
        };
        file.sync_all().map_err(at(&database))?;
        write_whole(&self.restored_mark(), b"")?;
        // The key comes last: without it there is no notebook, and the deed can be done again.
        self.write_key(&key)?;
        Ok(true)
    }

    /// Destroys everything: the key first, overwritten with chance.
    pub(crate) fn wipe(self, chance: &[u8]) -> Result<(), HomeError> {
        let key = self.key_file();
        fs::write(&key, chance)
            .and_then(|()| File::open(&key)?.sync_all())
            .map_err(at(&key))?;
        for entry in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            let path = entry.map_err(at(&self.folder))?.path();
            let removed = match path.is_dir() {
                true => fs::remove_dir_all(&path),
                false => fs::remove_file(&path),
            };
            removed.map_err(at(&path))?;
        }
        sync_folder(&self.folder)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("notebook.sqlite")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.join("notebook.key")
    }

    pub(crate) fn outbox(&self) -> PathBuf {
        self.folder.join("outbox")
    }

    pub(crate) fn read_key(&self) -> Result<Vec<u8>, HomeError> {
        fs::read(self.key_file()).map_err(at(&self.key_file()))
    }

    /// Writes the wrapped key, whole or not at all.
    pub(crate) fn write_key(&self, wrapped: &[u8]) -> Result<(), HomeError> {
        write_whole(&self.key_file(), wrapped)
    }

    /// Returns the sealed copies in the outbox of a notebook's folder, oldest first. It needs no passphrase.
    pub(crate) fn outbox_copies(folder: &Path) -> Result<Vec<Vec<u8>>, HomeError> {
        if !folder.join("notebook.key").exists() {
            return Err(HomeError::None(folder.to_owned()));
        }
        let outbox = folder.join("outbox");
        let mut paths: Vec<PathBuf> = fs::read_dir(&outbox)
            .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
            .map_err(at(&outbox))?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "envelope"));
        paths.sort();
        paths
            .iter()
            .map(|path| fs::read(path).map_err(at(path)))
            .collect()
    }

    /// Copies a sealed envelope beside the notebook, durably, as one sync frame after a bare hello.
    pub(crate) fn copy_out(&self, id: EnvelopeId, envelope: &Envelope) -> Result<(), HomeError> {
        let header = &envelope.header;
        let mut writer = FrameWriter::new();
        let mut bytes = writer.write(&Frame::Hello(Hello {
            programme: header.programme,
            member: header.author,
            cursor: 0,
            log: LogId([0; 8]),
            roster: header.roster,
            nonce: Vec::new(),
            wants: Vec::new(),
            probe: false,
        }));
        bytes.extend(writer.write(&Frame::Push(envelope.clone())));
        write_whole(&self.copy_path(id, header), &bytes)
    }

    /// Returns whether [`Home::copy_out`] was done.
    pub(crate) fn has_copy(&self, id: EnvelopeId, envelope: &Envelope) -> bool {
        self.copy_path(id, &envelope.header).exists()
    }

    /// Removes a copy; it may be gone already.
    pub(crate) fn remove_copy(&self, name: &str) -> Result<(), HomeError> {
        let path = self.outbox().join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&path)(error)),
            _ => sync_folder(&self.outbox()),
        }
    }

    fn copy_path(&self, id: EnvelopeId, header: &Header) -> PathBuf {
        self.outbox().join(copy_name(id, header))
    }

    /// Puts a damaged notebook aside, so that nothing of it is written over. Returns where it is.
    pub(crate) fn set_aside(&self, now: jiff::Timestamp) -> Result<PathBuf, HomeError> {
        let aside = self.folder.join(format!("damaged-{}", now.as_second()));
        make_private(&aside)?;
        for name in [
            "notebook.sqlite",
            "notebook.sqlite-wal",
            "notebook.sqlite-shm",
            "notebook.key",
        ] {
            let from = self.folder.join(name);
            if from.exists() {
                fs::rename(&from, aside.join(name)).map_err(at(&from))?;
            }
        }
        Ok(aside)
    }

    fn lock(folder: &Path) -> Result<Self, HomeError> {
        let path = folder.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self {
                folder: folder.to_owned(),
                _lock: file,
            }),
            Err(fs::TryLockError::WouldBlock) => Err(HomeError::InUse(folder.to_owned())),
            Err(fs::TryLockError::Error(source)) => Err(HomeError::Io { path, source }),
        }
    }
}

/// Returns what the copy of an envelope is called in the outbox.
pub(crate) fn copy_name(id: EnvelopeId, header: &Header) -> String {
    format!(
        "{:010}-{:010}-{}.envelope",
        header.incarnation,
        header.sequence,
        short(id)
    )
}

fn short(id: EnvelopeId) -> String {
    id.to_string().chars().take(8).collect()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> HomeError + '_ {
    move |source| HomeError::Io {
        path: path.to_owned(),
        source,
    }
}

fn make_private(folder: &Path) -> Result<(), HomeError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(at(folder))
}

/// Creates a file that only its owner may read.
fn create_private(path: &Path) -> Result<File, HomeError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(at(path))
}

/// Writes a file durably, so that it is there whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), HomeError> {
    let unfinished = path.with_extension("unfinished");
    let mut file = create_private(&unfinished)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(at(&unfinished))?;
    fs::rename(&unfinished, path).map_err(at(path))?;
    sync_folder(path.parent().unwrap_or(path))
}

fn sync_folder(folder: &Path) -> Result<(), HomeError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(at(folder))
}
