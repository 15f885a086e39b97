//! Back a relay up while it runs, and make a relay out of a backup.
//!
//! A backup is the relay's file, `FILE`, and what lies beside it: `FILE.blobs` with the sealed photos and recordings, and
//! `FILE.tls` with the secret TLS key, if there is one. Nothing in it can be read without the members' keys, but it says
//! who synced what with whom, as the relay's own disk does, and it keeps what is erased later: let backups expire.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::{BLOBS, DATABASE, LOCK, ServeError, lock, tls_key};
use crate::store::{StoreError, backup};

/// Why a backup was not made, or not made a relay of.
#[derive(Debug, Error)]
pub enum BackupError {
    /// There is no relay in the folder.
    #[error("there is no relay in {0}")]
    NoRelay(PathBuf),
    /// Something is there already.
    #[error("{0} is there already; choose another name, so that no backup is overwritten")]
    There(PathBuf),
    /// There is no backup.
    #[error("there is no backup {0}")]
    NoBackup(PathBuf),
    /// The folder has something in it.
    #[error("{0} is not empty; a backup is restored into an empty folder, so that nothing is overwritten")]
    NotEmpty(PathBuf),
    /// A relay uses the folder, or the folder cannot be used.
    #[error(transparent)]
    Folder(#[from] ServeError),
    /// A file cannot be read or written.
    #[error("{file} cannot be copied: {source}")]
    Copy {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The relay's file, or the backup, does not hold.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Copies what is in a relay's folder to `file`, and to what lies beside it, as it is at one moment. The relay may run
/// and take envelopes meanwhile.
pub fn back_up(data: &Path, file: &Path) -> Result<(), BackupError> {
    let database = data.join(DATABASE);
    if !database.is_file() {
        return Err(BackupError::NoRelay(data.to_owned()));
    }
    for there in [file.to_owned(), beside(file, "blobs"), beside(file, "tls")] {
        if there.exists() {
            return Err(BackupError::There(there));
        }
    }
    let unfinished = beside(file, "new");
    let failed = |source| BackupError::Copy {
        file: unfinished.clone(),
        source,
    };
    let made = own_file(&unfinished).map_err(failed)?;
    let done = backup::copy(&database, &unfinished)
        .map_err(BackupError::from)
        .and_then(|()| made.sync_all().map_err(failed));
    if let Err(error) = done {
        drop(fs::remove_file(&unfinished));
        return Err(error);
    }
    // After the file: a piece is stored before an envelope's receipt says so, so that none is missing that it names.
    copy_folder(&data.join(BLOBS), &beside(file, "blobs"))?;
    copy_file(&data.join(tls_key::SECRET), &beside(file, "tls"))?;
    // Last: without the file there is no backup.
    fs::rename(&unfinished, file).map_err(failed)?;
    sync_folder(file)
}

/// Makes a relay in an empty folder out of a backup. It has a new log id, so that everybody sends it again what it
/// lacks, and gives nobody anything before a desk has: what was erased since the backup would come back.
pub fn restore(file: &Path, data: &Path) -> Result<(), BackupError> {
    if !file.is_file() {
        return Err(BackupError::NoBackup(file.to_owned()));
    }
    let _locked = lock(data)?;
    let failed = |source| BackupError::Copy {
        file: data.to_owned(),
        source,
    };
    for entry in fs::read_dir(data).map_err(failed)? {
        if entry.map_err(failed)?.file_name() != LOCK {
            return Err(BackupError::NotEmpty(data.to_owned()));
        }
    }
    let unfinished = data.join("restored.new");
    copy_file(file, &unfinished)?;
    if let Err(error) = backup::begin_anew(&unfinished) {
        // The folder stays empty, and the backup is untouched.
        for left in [
            unfinished.clone(),
            data.join("restored.new-wal"),
            data.join("restored.new-shm"),
        ] {
            drop(fs::remove_file(left));
        }
        return Err(error.into());
    }
    copy_folder(&beside(file, "blobs"), &data.join(BLOBS))?;
    copy_file(&beside(file, "tls"), &data.join(tls_key::SECRET))?;
    // Last: without the file there is no relay.
    let database = data.join(DATABASE);
    fs::rename(&unfinished, &database).map_err(failed)?;
    sync_folder(&database)
}

/// Returns the name of what lies beside a backup's file.
fn beside(file: &Path, what: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    name.into()
}

fn own_file(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Copies a file, if it is there, for its owner alone.
fn copy_file(from: &Path, to: &Path) -> Result<(), BackupError> {
    let copy = || {
        let mut source = match File::open(from) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let mut copied = own_file(to)?;
        io::copy(&mut source, &mut copied)?;
        copied.sync_all()
    };
    copy().map_err(|source| BackupError::Copy {
        file: from.to_owned(),
        source,
    })
}

/// Copies a folder with all that is in it, if it is there.
fn copy_folder(from: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Copy {
        file: from.to_owned(),
        source,
    };
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened.map_err(failed)?,
    };
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(to).map_err(failed)?;
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type().map_err(failed)?.is_dir() {
            true => copy_folder(&from, &to)?,
            // One that was destroyed meanwhile is gone from the backup too.
            false => copy_file(&from, &to)?,
        }
    }
    sync_folder(&to.join("."))
}

/// Makes the names in the folder of a file durable.
fn sync_folder(file: &Path) -> Result<(), BackupError> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|source| BackupError::Copy {
            file: folder.to_owned(),
            source,
        })
}
