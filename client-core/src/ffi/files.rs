//! Photos, recordings and signatures of records, and the files that came with a form.

use super::{Notebook, NotebookError, read};
use crate::deeds::attach::AttachedFile;

/// A photo, recording or signature of a record.
#[derive(Debug, uniffi::Record)]
pub struct MediaFile {
    /// Its name, which is the answer to its question.
    pub name: String,
    /// What it is, like `image/jpeg`.
    pub mime: String,
    /// How many bytes it has.
    pub length: u64,
    /// Whether all of it is here.
    pub complete: bool,
    /// A small JPEG of a picture; nothing of anything else.
    pub thumbnail: Vec<u8>,
}

impl From<crate::deeds::media::MediaFile> for MediaFile {
    fn from(file: crate::deeds::media::MediaFile) -> Self {
        Self {
            name: file.name,
            mime: file.mime,
            length: file.length,
            complete: file.complete,
            thumbnail: file.thumbnail,
        }
    }
}

/// A file that came with a form: an image, a recording, a list.
#[derive(Debug, uniffi::Record)]
pub struct FormFile {
    /// Its name, as the form names it.
    pub name: String,
    /// How many bytes it has.
    pub length: u64,
    /// Whether all of it is here.
    pub here: bool,
}

impl From<AttachedFile> for FormFile {
    fn from(file: AttachedFile) -> Self {
        Self {
            name: file.name,
            length: file.length,
            here: file.here,
        }
    }
}

#[uniffi::export]
impl Notebook {
    /// Answers a question with a file, and keeps it until the record is finished. Returns the file's name here. Of a picture
    /// nothing is kept but the picture; `name` tells what a recording is, and is not kept.
    pub fn attach_media(
        &self,
        record: String,
        address: String,
        name: String,
        bytes: Vec<u8>,
    ) -> Result<String, NotebookError> {
        let (record, address) = (read(&record)?, read(&address)?);
        Ok(self.book().attach_media(record, &address, &name, &bytes)?)
    }

    /// Returns the files of a record that can be read here, also those of an open draft.
    pub fn media(&self, record: String) -> Result<Vec<MediaFile>, NotebookError> {
        let files = self.book().media(read(&record)?)?;
        Ok(files.into_iter().map(MediaFile::from).collect())
    }

    /// Returns the bytes of a record's file.
    pub fn media_file(&self, record: String, name: String) -> Result<Vec<u8>, NotebookError> {
        Ok(self.book().media_file(read(&record)?, &name)?)
    }

    /// Returns the files that came with a form, by name.
    pub fn form_files(&self, form: String) -> Result<Vec<FormFile>, NotebookError> {
        let files = self.book().attached(&form)?;
        Ok(files.into_iter().map(FormFile::from).collect())
    }

    /// Returns a file that came with a form; nothing if there is none of this name, or not all of it is here.
    pub fn form_file(&self, form: String, name: String) -> Result<Option<Vec<u8>>, NotebookError> {
        let book = self.book();
        let known = book.forms()?.into_iter().find(|known| known.id == form);
        let key = known.map(|known| known.key).ok_or(NotebookError::NotFound {
            reason: format!("there is no form \"{form}\" here"),
        })?;
        Ok(book.attached_file(key, &name)?)
    }
}
