//! Attach files to a form: lists of choices, images, recordings, for every member.

use std::collections::BTreeMap;

use seal::members::as_record_key;
use seal::payload;
use seal::roster::{RosterError, write};
use serde::Serialize;
use thiserror::Error;
use wire::{CompartmentId, FileHash, FormId, KeyName, Kind, RosterAct};

use crate::Notebook;
use crate::deeds::forms::{FormsError, find};
use crate::file_letter::{FileLetter, ListedFile, MAX_FILE, MAX_FILES, MAX_NAME, PIECE_LENGTH, is_file_name};
use crate::home::HomeError;
use crate::import::{self, Reading};
use crate::notebook::NoProgramme;
use crate::pen::Hand;
use crate::store::{StoreError, files, roster};

pub use crate::import::files::FileError;

/// Why files were not attached.
#[derive(Debug, Error)]
pub enum AttachError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only desks attach.
    #[error("only a coordinator's desk attaches files to forms; this notebook is not one")]
    NotADesk,
    /// The form cannot be used.
    #[error(transparent)]
    Form(#[from] FormsError),
    /// A file cannot be called this.
    #[error("a file cannot be called \"{0}\": give it a name without a path, of at most {MAX_NAME} bytes")]
    Name(String),
    /// A file is too large.
    #[error("\"{name}\" has {length} bytes, and files of a form have at most {MAX_FILE}; make it smaller")]
    TooLarge {
        /// Which file.
        name: String,
        /// Its length in bytes.
        length: usize,
    },
    /// There are too many files.
    #[error("a form has at most {MAX_FILES} files")]
    TooMany,
    /// The roster does not take it.
    #[error("the files cannot be put on the roster: {0}")]
    Roster(#[from] RosterError),
    /// The copy beside the notebook cannot be written.
    #[error("the files are attached, but {0}")]
    Copy(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A file that belongs to a form, as people see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttachedFile {
    /// Its name, as the form names it.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// Whether all of it has arrived here.
    pub here: bool,
}

impl Notebook {
    /// Attaches files to a published form, for all its versions. A file takes the place of the one
    /// that had its name; the others stay. Every member can read them, so nothing belongs in them
    /// that is not for every member's eyes.
    ///
    /// Attaching what is there already changes nothing.
    pub fn attach(
        &mut self,
        form_id: &str,
        given: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Vec<AttachedFile>, AttachError> {
        let (own, programme) = self.belonging::<AttachError>()?;
        let mut own = own.clone();
        if !self.is_coordinator() {
            return Err(AttachError::NotADesk);
        }
        let form = self.store.read(|db| find(db, form_id, None))?.form;
        check(given)?;
        let mut listed = self.store.read(|db| files::of_form(db, form))?;
        let new: Vec<(&String, &Vec<u8>)> = given
            .iter()
            .filter(|(name, bytes)| {
                let hash = FileHash::of(bytes);
                !listed.iter().any(|file| file.name == **name && file.hash == hash)
            })
            .collect();
        listed.retain(|file| !new.iter().any(|(name, _)| **name == file.name));
        if listed.len() + new.len() > MAX_FILES {
            return Err(AttachError::TooMany);
        }
        if !new.is_empty() {
            let key = (
                KeyName::Members(programme.members_keys.newest().id()),
                as_record_key(programme.members_keys.newest()),
            );
            let now = self.now().as_second();
            let own = self.write_with(&own.clone(), |tx, hand| {
                let mut written = Vec::new();
                let mut seal = |hand: &mut Hand<'_>, letter: &FileLetter| {
                    let packed = payload::pack(&letter.to_bytes(), None);
                    let subject = *form.as_bytes();
                    let part = hand.pen.seal(
                        subject,
                        CompartmentId::MEMBERS,
                        (key.0, &key.1),
                        &packed,
                        hand.rng,
                    );
                    let id = hand.write(tx, Kind::FILE, subject, None, vec![part])?;
                    written.push(id);
                    Ok::<_, StoreError>(id)
                };
                for (name, bytes) in new {
                    let pieces = bytes
                        .chunks(PIECE_LENGTH)
                        .map(|piece| seal(hand, &FileLetter::Piece(piece.to_vec())))
                        .collect::<Result<_, _>>()?;
                    listed.push(ListedFile {
                        name: name.clone(),
                        length: bytes.len() as u64,
                        hash: FileHash::of(bytes),
                        pieces,
                    });
                }
                listed.sort_by(|one, other| one.name.cmp(&other.name));
                let envelope = seal(hand, &FileLetter::List(listed))?;
                let act = RosterAct::Files { form, envelope };
                let entry = write::next(&own, hand.me.member, act, &hand.me.sign);
                own.append(&entry)?;
                roster::append(tx, &entry)?;
                let reading = Reading::new(tx, hand.me, hand.merger, &own, now)?;
                for id in written {
                    import::reopen(tx, &reading, id)?;
                }
                drop(reading);
                Ok::<_, AttachError>(own)
            })?;
            self.roster = Some(own);
        }
        Ok(self.attached(form_id)?)
    }

    /// Returns the files that belong to a form, by name.
    pub fn attached(&self, form_id: &str) -> Result<Vec<AttachedFile>, FormsError> {
        self.store.read(|db| {
            let form = find(db, form_id, None)?.form;
            let mut attached = Vec::new();
            for file in files::of_form(db, form)? {
                attached.push(AttachedFile {
                    here: crate::store::envelopes::all_here(db, &file.pieces)?,
                    name: file.name,
                    length: file.length,
                });
            }
            Ok(attached)
        })
    }

    /// Returns a file that belongs to a form; `None` if there is none of this name, or not all of it
    /// has arrived.
    ///
    /// # Errors
    /// What arrived is not what was published, or the notebook cannot be read.
    pub fn attached_file(&self, form: FormId, name: &str) -> Result<Option<Vec<u8>>, FileError> {
        let Some(roster) = &self.roster else {
            return Ok(None);
        };
        self.store.read(|db| {
            let reading = Reading::new(db, &self.me, &self.merger, roster, self.now().as_second())?;
            let listed = files::of_form(db, form)?;
            match listed.iter().find(|file| file.name == name) {
                Some(file) => import::files::assemble(db, &reading, file),
                None => Ok(None),
            }
        })
    }
}

fn check(given: &BTreeMap<String, Vec<u8>>) -> Result<(), AttachError> {
    for (name, bytes) in given {
        if !is_file_name(name) {
            return Err(AttachError::Name(name.clone()));
        }
        if bytes.len() > MAX_FILE {
            let (name, length) = (name.clone(), bytes.len());
            return Err(AttachError::TooLarge { name, length });
        }
    }
    Ok(())
}
