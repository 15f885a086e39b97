//! Photos, recordings and signatures: attach them to a draft, list them, read them.

use form::{Address, Value};
use form::{Media, QuestionKind};
use picture::PictureError;
use rand::Rng as _;
use rusqlite::Connection;
use seal::keys::RecordKey;
use seal::payload;
use seal::write::SealedPart;
use serde::Serialize;
use thiserror::Error;
use wire::manifest::{MAX_FILE, MAX_THUMBNAIL, PIECE};
use wire::{CompartmentId, KeyName, Manifest, RecordId};
use zeroize::Zeroizing;

use crate::Notebook;
use crate::deeds::start::DraftError;
use crate::import;
use crate::pen::Hand;
use crate::store::audit::{self, Deed};
use crate::store::media::{self, DraftFile};
use crate::store::records::{self, RecordStatus};
use crate::store::{StoreError, envelopes, pieces};

/// Why a file is not attached, or cannot be read. The draft is as it was.
#[derive(Debug, Error)]
pub enum MediaError {
    /// The record cannot be opened, or does not take the answer.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The form asks for no file there.
    #[error("the form asks for no photo, recording or file at {0}; look at the record for its addresses")]
    NoQuestion(Address),
    /// Films are not taken.
    #[error("films are not taken yet; take photos, or record the sound alone")]
    Film,
    /// It is no picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// There is nothing in it.
    #[error("the file is empty; take the photo or recording again")]
    Empty,
    /// It is too long.
    #[error(
        "the file has {0} bytes, and at most {MAX_FILE} are taken; take a smaller photo or a shorter recording"
    )]
    TooLong(usize),
    /// The record has no such file that can be read here.
    #[error("record {record} has no file \"{name}\" that can be read here; list its files")]
    NoFile {
        /// The record.
        record: RecordId,
        /// The name.
        name: String,
    },
    /// Not all of it has come.
    #[error("the file \"{0}\" has not come whole yet; sync again, on a link that is not metered")]
    Incomplete(String),
    /// The notebook cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A photo, recording or signature of a record.
#[derive(Clone, PartialEq, Eq, Serialize)]
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
    #[serde(skip)]
    pub thumbnail: Vec<u8>,
}

impl std::fmt::Debug for MediaFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MediaFile")
            .field("mime", &self.mime)
            .field("length", &self.length)
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}

impl Notebook {
    /// Answers a question with a file, and keeps it until the record is finished. Returns the file's name here.
    ///
    /// Of a picture nothing is kept but the picture. `name` tells what a recording is, and is not kept: names of cameras
    /// tell when a photo was taken.
    ///
    /// # Errors
    /// The form asks for no file there, or the file is not one that it asks for; an earlier answer stays.
    pub fn attach_media(
        &mut self,
        record: RecordId,
        at: &Address,
        name: &str,
        bytes: &[u8],
    ) -> Result<String, MediaError> {
        let open = self.open_draft(record)?;
        let question = at.path().and_then(|path| open.form.question(&path));
        let kind = question.map(|question| &question.kind);
        let mut file = make_ready(kind, at, name, bytes)?;
        let mut chance = [0; 6];
        self.rng.fill_bytes(&mut chance);
        let chance: String = chance.iter().map(|byte| format!("{byte:02x}")).collect();
        file.name = format!("{chance}.{}", file.name);
        let name = file.name.clone();
        let open = self.put_answer(open, at, Some(Value::File(name.clone())))?;
        self.keep_with_file(&open, Some((at, &file)))?;
        Ok(name)
    }

    /// Returns the files of a record that can be read here, also those of an open draft.
    ///
    /// # Errors
    /// There is no such record, or consent to it was withdrawn.
    pub fn media(&mut self, record: RecordId) -> Result<Vec<MediaFile>, MediaError> {
        self.may_look(record)?;
        Ok(self.store.read(|db| files(db, record))?)
    }

    /// Returns the bytes of a record's file. At a desk it is put down in the audit.
    ///
    /// # Errors
    /// There is no such file, or not all of it has come.
    pub fn media_file(&mut self, record: RecordId, name: &str) -> Result<Vec<u8>, MediaError> {
        self.may_look(record)?;
        let (desk, now) = (self.is_desk(), self.now().as_second());
        self.store.write(|tx| {
            for (address, _) in media::attached(tx, record)?
                .iter()
                .filter(|(_, known)| known == name)
            {
                if let Some(file) = media::draft_file(tx, record, address)? {
                    return Ok(file.bytes);
                }
            }
            let known = media::of_record(tx, record)?;
            let found = known.into_iter().find(|(_, manifest)| manifest.name == name);
            let (envelope, manifest) = found.ok_or_else(|| MediaError::NoFile {
                record,
                name: name.to_owned(),
            })?;
            let header = envelopes::header(tx, envelope)?.ok_or(StoreError::Unreadable("an envelope"))?;
            let bytes = import::media::read(tx, &header, &manifest)?;
            let bytes = bytes.ok_or_else(|| MediaError::Incomplete(name.to_owned()))?;
            if desk {
                audit::note(tx, now, Deed::Read, record.as_bytes())?;
            }
            Ok(bytes)
        })
    }

    fn may_look(&mut self, record: RecordId) -> Result<(), MediaError> {
        self.let_expire().map_err(DraftError::from)?;
        let row = self.store.read(|db| records::get(db, record))?;
        match row.ok_or(DraftError::NoRecord(record))?.status {
            RecordStatus::Withdrawn => Err(DraftError::Withdrawn(record).into()),
            _ => Ok(()),
        }
    }
}

/// Makes a file ready for a question. Its name is how such names end, for now.
fn make_ready(
    kind: Option<&QuestionKind>,
    at: &Address,
    name: &str,
    bytes: &[u8],
) -> Result<DraftFile, MediaError> {
    let picture = match kind {
        Some(QuestionKind::Media(Media::Image)) => true,
        Some(QuestionKind::Media(Media::File)) => picture::Format::of(bytes).is_some(),
        Some(QuestionKind::Media(Media::Audio) | QuestionKind::BackgroundAudio) => false,
        Some(QuestionKind::Media(Media::Video)) => return Err(MediaError::Film),
        _ => return Err(MediaError::NoQuestion(at.clone())),
    };
    let file = match picture {
        true => {
            let ready = picture::make_ready(bytes, MAX_THUMBNAIL)?;
            DraftFile {
                name: ready.format.extension().to_owned(),
                mime: ready.format.mime().to_owned(),
                thumbnail: ready.thumbnail,
                bytes: ready.bytes,
            }
        }
        false => {
            let (extension, mime) = kind_of(name);
            DraftFile {
                name: extension.to_owned(),
                mime: mime.to_owned(),
                thumbnail: Vec::new(),
                bytes: bytes.to_vec(),
            }
        }
    };
    match file.bytes.len() {
        0 => Err(MediaError::Empty),
        length if length > MAX_FILE => Err(MediaError::TooLong(length)),
        _ => Ok(file),
    }
}

/// What a recording or another file is, by how its name ends.
const KINDS: [(&str, &str); 13] = [
    ("m4a", "audio/mp4"),
    ("mp3", "audio/mpeg"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("wav", "audio/wav"),
    ("amr", "audio/amr"),
    ("3gp", "audio/3gpp"),
    ("aac", "audio/aac"),
    ("flac", "audio/flac"),
    ("weba", "audio/webm"),
    ("pdf", "application/pdf"),
    ("csv", "text/csv"),
];

fn kind_of(name: &str) -> (&'static str, &'static str) {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    let known = KINDS
        .into_iter()
        .find(|(known, _)| end.eq_ignore_ascii_case(known));
    known.unwrap_or(("bin", "application/octet-stream"))
}

/// Returns what tells of a file.
fn tell(file: &DraftFile) -> Manifest {
    Manifest {
        name: file.name.clone(),
        mime: file.mime.clone(),
        length: file.bytes.len() as u64,
        hash: *blake3::hash(&file.bytes).as_bytes(),
        thumbnail: file.thumbnail.clone(),
    }
}

/// Seals a file: what tells of it, and its pieces.
pub(crate) fn seal_file(
    hand: &mut Hand<'_>,
    record: RecordId,
    compartment: CompartmentId,
    (name, key): (KeyName, &RecordKey),
    file: &DraftFile,
) -> Vec<SealedPart> {
    let told = tell(file).to_bytes();
    let plain = std::iter::once(told.as_slice()).chain(file.bytes.chunks(PIECE));
    let seal = |plain: &[u8]| {
        let packed = Zeroizing::new(payload::pack(plain, None));
        let subject = *record.as_bytes();
        hand.pen
            .seal(subject, compartment, (name, key), &packed, hand.rng)
    };
    plain.map(seal).collect()
}

/// Returns the files of a record that can be read here, also those of an open draft.
pub(crate) fn files(db: &Connection, record: RecordId) -> Result<Vec<MediaFile>, StoreError> {
    let mut files = Vec::new();
    for (address, _) in media::attached(db, record)? {
        let file = media::draft_file(db, record, &address)?;
        files.extend(file.map(|file| MediaFile {
            name: file.name,
            mime: file.mime,
            length: file.bytes.len() as u64,
            complete: true,
            thumbnail: file.thumbnail,
        }));
    }
    for (envelope, manifest) in media::of_record(db, record)? {
        let header = envelopes::header(db, envelope)?.ok_or(StoreError::Unreadable("an envelope"))?;
        files.push(MediaFile {
            complete: pieces::all_here(db, &header)?,
            name: manifest.name,
            mime: manifest.mime,
            length: manifest.length,
            thumbnail: manifest.thumbnail,
        });
    }
    Ok(files)
}
