//! Taking in the files that belong to forms.

use super::*;
use crate::file_letter::{FileLetter, ListedFile, MAX_FILE, is_file_name};
use crate::store::files as store;

/// Reads a list of files, or proves that a piece opens.
pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let letter = FileLetter::from_bytes(&open_for_members(reading, verified)?).map_err(wrong)?;
    // A piece means nothing before a list names it.
    let FileLetter::List(files) = letter else {
        return Ok(());
    };
    let form = FormId::from_bytes(verified.header().subject);
    let lists = reading.roster.files(&form);
    let published = lists.iter().find(|list| list.envelope == verified.id());
    let published = published.ok_or(Shut::Not("the roster does not publish this list of files yet"))?;
    if files
        .iter()
        .any(|file| !is_file_name(&file.name) || file.length > MAX_FILE as u64)
    {
        return Err(Shut::Wrong(
            "it lists a file whose name or length cannot be".into(),
        ));
    }
    if published.height > store::height(db, form)? {
        store::replace(db, form, published.height, &files)?;
    }
    Ok(())
}

/// Puts a file together from the pieces that are here; `None` while one is missing.
///
/// # Errors
/// A piece does not open, or the whole is not what the list says.
pub(crate) fn assemble(
    db: &Connection,
    reading: &Reading<'_>,
    file: &ListedFile,
) -> Result<Option<Vec<u8>>, FileError> {
    let mut whole = Vec::new();
    for id in &file.pieces {
        let Some(envelope) = envelopes::get(db, *id)? else {
            return Ok(None);
        };
        let verified = seal::verify::envelope::verify(envelope, reading.roster)
            .map_err(|error| FileError::Damaged(file.name.clone(), error.to_string()))?;
        let piece = open_for_members(reading, &verified)
            .and_then(|bytes| FileLetter::from_bytes(&bytes).map_err(wrong));
        match piece {
            Ok(FileLetter::Piece(bytes)) if whole.len() + bytes.len() <= MAX_FILE => whole.extend(bytes),
            Ok(_) => return Err(FileError::damaged(file, "a piece is no piece")),
            Err(Shut::Store(error)) => return Err(error.into()),
            Err(Shut::Not(reason)) => return Err(FileError::damaged(file, reason)),
            Err(Shut::Wrong(reason)) => return Err(FileError::Damaged(file.name.clone(), reason)),
            Err(Shut::Untrusted(cause)) => return Err(FileError::damaged(file, cause.reason())),
            Err(Shut::NotForUs) => return Err(FileError::damaged(file, "it is not for this member")),
        }
    }
    if whole.len() as u64 != file.length || wire::FileHash::of(&whole) != file.hash {
        return Err(FileError::damaged(file, "it is not what its publisher listed"));
    }
    Ok(Some(whole))
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// What arrived is not the file that was published.
    #[error("the file \"{0}\" is damaged: {1}; publish it again")]
    Damaged(String, String),
    /// The notebook cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FileError {
    fn damaged(file: &ListedFile, why: &str) -> Self {
        Self::Damaged(file.name.clone(), why.to_owned())
    }
}
