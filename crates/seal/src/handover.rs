//! A draft that moves from one device to another, as it is sealed to a one-time key of the other.
//!
//! ```text
//! draft := version(1) form id(text) form version(text) started(varint) count(varint) step(bytes)* files
//! files := in version 1 nothing | in version 2: key id(8) key(32) count(varint) (address(text) envelope(32))*
//! ```
//!
//! The steps are those the draft is kept as; what they say is the record's affair. A draft without files is written in
//! version 1.

use wire::{DecodeError, EnvelopeId, GrantedKeyId, Reader, Writer};
use zeroize::Zeroizing;

use crate::keys::RecordKey;

const VERSION: u8 = 1;
const WITH_FILES: u8 = 2;
/// The most bytes a form's id or version may have.
const MAX_NAME: usize = 1000;
/// The most bytes a step may have: an answer, and the place it stands at.
const MAX_STEP: usize = 2 << 20;
const MAX_STEPS: usize = 1 << 20;
/// The most bytes a question's address may have.
const MAX_ADDRESS: usize = 4096;
const MAX_FILES: usize = 1000;

/// The photos and recordings of a draft on its way: each travels in an envelope of its own, all under one key.
#[derive(Clone)]
pub struct HandedFiles {
    /// The id by which those envelopes name the key.
    pub key_id: GrantedKeyId,
    /// What they are sealed with.
    pub key: RecordKey,
    /// The question each answers, and its envelope.
    pub files: Vec<(String, EnvelopeId)>,
}

impl PartialEq for HandedFiles {
    fn eq(&self, other: &Self) -> bool {
        (self.key_id, self.key.as_bytes(), &self.files) == (other.key_id, other.key.as_bytes(), &other.files)
    }
}

impl Eq for HandedFiles {}

/// A draft on its way.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedDraft {
    /// The form's `form_id`.
    pub form_id: String,
    /// The version of the form.
    pub form_version: String,
    /// When it was begun, in unix seconds.
    pub started: u64,
    /// All of its steps, in order.
    pub steps: Vec<Zeroizing<Vec<u8>>>,
    /// Its photos and recordings, if it has any.
    pub files: Option<HandedFiles>,
}

/// Never shows an answer.
impl std::fmt::Debug for HandedDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HandedDraft({} steps of {:?})", self.steps.len(), self.form_id)
    }
}

impl HandedDraft {
    /// Returns the canonical bytes, which hold answers.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(match self.files {
            None => VERSION,
            Some(_) => WITH_FILES,
        });
        w.text(&self.form_id);
        w.text(&self.form_version);
        w.varint(self.started);
        w.varint(self.steps.len() as u64);
        for step in &self.steps {
            w.bytes(step);
        }
        if let Some(HandedFiles { key_id, key, files }) = &self.files {
            w.fixed(key_id.as_bytes());
            w.fixed(key.as_bytes());
            w.varint(files.len() as u64);
            for (address, envelope) in files {
                w.text(address);
                w.fixed(envelope.as_bytes());
            }
        }
        Zeroizing::new(w.finish())
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let with_files = bytes.first() == Some(&WITH_FILES);
        r.version("the draft", if with_files { WITH_FILES } else { VERSION })?;
        let form_id = r.text(MAX_NAME)?.to_owned();
        let form_version = r.text(MAX_NAME)?.to_owned();
        let started = r.varint()?;
        let count = r.count("the steps of a draft", MAX_STEPS)?;
        let mut steps = Vec::new();
        for _ in 0..count {
            steps.push(Zeroizing::new(r.bytes(MAX_STEP)?.to_vec()));
        }
        let files = with_files.then(|| read_files(&mut r)).transpose()?;
        r.end()?;
        Ok(Self {
            form_id,
            form_version,
            started,
            steps,
            files,
        })
    }
}

fn read_files(r: &mut Reader<'_>) -> Result<HandedFiles, DecodeError> {
    let key_id = GrantedKeyId(r.array("the id of a draft's key")?);
    let key = RecordKey::from_bytes(r.array("a draft's key")?);
    let count = r.count("the files of a draft", MAX_FILES)?;
    let mut files = Vec::new();
    for _ in 0..count {
        let address = r.text(MAX_ADDRESS)?.to_owned();
        files.push((address, EnvelopeId(r.array("an envelope's id")?)));
    }
    Ok(HandedFiles { key_id, key, files })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn draft() -> HandedDraft {
        HandedDraft {
            form_id: "household".into(),
            form_version: "3".into(),
            started: 1_795_000_000,
            steps: [b"begun".to_vec(), b"Amina".to_vec()]
                .map(Zeroizing::new)
                .to_vec(),
            files: None,
        }
    }

    fn with_photos() -> HandedDraft {
        HandedDraft {
            files: Some(HandedFiles {
                key_id: GrantedKeyId([7; 8]),
                key: RecordKey::from_bytes([8; 32]),
                files: vec![
                    ("photo".into(), EnvelopeId([1; 32])),
                    ("members[1]/face".into(), EnvelopeId([2; 32])),
                ],
            }),
            ..draft()
        }
    }

    #[test]
    fn a_draft_comes_back() {
        for draft in [draft(), with_photos()] {
            assert_eq!(HandedDraft::from_bytes(&draft.to_bytes()), Ok(draft));
        }
    }

    #[test]
    fn the_layout_of_a_draft_is_what_it_was() {
        let hash = blake3::hash(&draft().to_bytes());
        assert_eq!(
            hash.to_hex().as_str(),
            "6477ad534f0184592a7f6776d008ed01dbe4750e3c4301093afb849aa3a92140"
        );
    }

    #[test]
    fn the_layout_of_a_draft_with_photos_is_what_it_was() {
        let hash = blake3::hash(&with_photos().to_bytes());
        assert_eq!(
            hash.to_hex().as_str(),
            "d3118ddafdac73b6cd822e02927e38afa2eaefa164f18c4b55d25552e207e62a"
        );
    }

    #[test]
    fn a_draft_does_not_show_its_answers() {
        assert_eq!(format!("{:?}", draft()), "HandedDraft(2 steps of \"household\")");
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(
            mut bytes: Vec<u8>, photos: bool, at in 0..200usize, flip: u8,
        ) {
            if let Ok(read) = HandedDraft::from_bytes(&bytes) {
                prop_assert_eq!(&*read.to_bytes(), &bytes);
            }
            bytes = if photos { with_photos() } else { draft() }.to_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = HandedDraft::from_bytes(&bytes) {
                prop_assert_eq!(&*read.to_bytes(), &bytes);
            }
        }
    }
}
