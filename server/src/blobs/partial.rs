//! What was gathered of pieces: one plain file each, which grows at its end.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use wire::{PartHash, ProgrammeId};

/// The folder of what was gathered: `partial/<programme>/<hash>`.
pub(super) struct Partials {
    folder: PathBuf,
}

impl Partials {
    /// Opens the folder `partial` in another one, or makes it.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let folder = folder.join("partial");
        make_folder(&folder)?;
        Ok(Self { folder })
    }

    /// Returns how many bytes are here of a piece, if it was begun.
    pub(super) fn size(&self, programme: &ProgrammeId, hash: &PartHash) -> io::Result<Option<u64>> {
        there(fs::metadata(self.file(programme, hash)).map(|file| file.len()))
    }

    /// Writes bytes behind the `here` that are there already.
    pub(super) fn append(
        &self,
        programme: &ProgrammeId,
        hash: &PartHash,
        here: u64,
        bytes: &[u8],
    ) -> io::Result<()> {
        make_folder(&self.folder.join(programme.to_string()))?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.file(programme, hash))?;
        let written = file
            .seek(SeekFrom::Start(here))
            .and_then(|_| file.write_all(bytes));
        if written.is_err() {
            // No half of it stays: how long the file is says how much is here.
            file.set_len(here)?;
        }
        written
    }

    /// Returns all that is here of a piece.
    pub(super) fn read(&self, programme: &ProgrammeId, hash: &PartHash) -> io::Result<Vec<u8>> {
        Ok(there(fs::read(self.file(programme, hash)))?.unwrap_or_default())
    }

    /// Removes what is here of a piece. Returns how many bytes that was, if it was begun.
    pub(super) fn destroy(&self, programme: &ProgrammeId, hash: &PartHash) -> io::Result<Option<u64>> {
        let Some(size) = self.size(programme, hash)? else {
            return Ok(None);
        };
        let file = self.file(programme, hash);
        there(fs::remove_file(&file))?;
        if let Some(folder) = file.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Some(size))
    }

    /// Returns how many bytes are here of each programme.
    pub(super) fn sizes(&self) -> io::Result<BTreeMap<ProgrammeId, u64>> {
        let mut sizes = BTreeMap::new();
        for (programme, _, file) in self.all()? {
            *sizes.entry(programme).or_default() += file.len();
        }
        Ok(sizes)
    }

    /// Returns the pieces that have not grown since a time, in unix seconds.
    pub(super) fn older_than(&self, time: i64) -> io::Result<Vec<(ProgrammeId, PartHash)>> {
        let mut old = Vec::new();
        for (programme, hash, file) in self.all()? {
            if is_older(&file, time)? {
                old.push((programme, hash));
            }
        }
        Ok(old)
    }

    /// Returns every file that has the name of a piece; what else lies there is nobody's business.
    fn all(&self) -> io::Result<Vec<(ProgrammeId, PartHash, fs::Metadata)>> {
        let mut all = Vec::new();
        for folder in fs::read_dir(&self.folder)? {
            let folder = folder?;
            let Some(programme) = folder.file_name().to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            for file in fs::read_dir(folder.path())? {
                let file = file?;
                if let Some(hash) = file.file_name().to_str().and_then(read_hash) {
                    all.push((programme, hash, file.metadata()?));
                }
            }
        }
        Ok(all)
    }

    fn file(&self, programme: &ProgrammeId, hash: &PartHash) -> PathBuf {
        self.folder.join(programme.to_string()).join(hash.to_string())
    }
}

/// Removes what the object store had begun to write when the power went: `<programme>/<hash>#<n>`.
pub(super) fn sweep_staged(whole: &Path, time: i64) -> io::Result<()> {
    for folder in fs::read_dir(whole)? {
        for file in fs::read_dir(folder?.path())? {
            let file = file?;
            let name = file.file_name();
            let staged = name.to_str().and_then(|name| name.split_once('#'));
            if staged.is_some_and(|(hash, _)| read_hash(hash).is_some()) && is_older(&file.metadata()?, time)?
            {
                there(fs::remove_file(file.path()))?;
            }
        }
    }
    Ok(())
}

/// Makes a folder for its owner alone, if it is not there.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn is_older(file: &fs::Metadata, time: i64) -> io::Result<bool> {
    let time = UNIX_EPOCH + Duration::from_secs(u64::try_from(time).unwrap_or(0));
    Ok(file.modified()? < time)
}

fn read_hash(name: &str) -> Option<PartHash> {
    let digits: Vec<u8> = name
        .bytes()
        .map(|digit| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .map(|pair| pair.iter().fold(0, |high, low| high << 4 | low))
        .collect();
    let hash = PartHash(bytes.try_into().ok()?);
    (hash.to_string() == name).then_some(hash)
}

fn there<T>(answer: io::Result<T>) -> io::Result<Option<T>> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
