//! A draft that moves from one device to another, as it is sealed to a one-time key of the other.
//!
//! ```text
//! draft := version(1) form id(text) form version(text) started(varint) count(varint) step(bytes)*
//! ```
//!
//! The steps are those the draft is kept as; what they say is the record's affair.

use wire::{DecodeError, Reader, Writer};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
/// The most bytes a form's id or version may have.
const MAX_NAME: usize = 1000;
/// The most bytes a step may have: an answer, and the place it stands at.
const MAX_STEP: usize = 2 << 20;
const MAX_STEPS: usize = 1 << 20;

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
        w.u8(VERSION);
        w.text(&self.form_id);
        w.text(&self.form_version);
        w.varint(self.started);
        w.varint(self.steps.len() as u64);
        for step in &self.steps {
            w.bytes(step);
        }
        Zeroizing::new(w.finish())
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the draft", VERSION)?;
        let form_id = r.text(MAX_NAME)?.to_owned();
        let form_version = r.text(MAX_NAME)?.to_owned();
        let started = r.varint()?;
        let count = r.count("the steps of a draft", MAX_STEPS)?;
        let mut steps = Vec::new();
        for _ in 0..count {
            steps.push(Zeroizing::new(r.bytes(MAX_STEP)?.to_vec()));
        }
        r.end()?;
        Ok(Self {
            form_id,
            form_version,
            started,
            steps,
        })
    }
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
        }
    }

    #[test]
    fn a_draft_comes_back() {
        assert_eq!(HandedDraft::from_bytes(&draft().to_bytes()), Ok(draft()));
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
    fn a_draft_does_not_show_its_answers() {
        assert_eq!(format!("{:?}", draft()), "HandedDraft(2 steps of \"household\")");
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(mut bytes: Vec<u8>, at in 0..40usize, flip: u8) {
            if let Ok(read) = HandedDraft::from_bytes(&bytes) {
                prop_assert_eq!(&*read.to_bytes(), &bytes);
            }
            bytes = draft().to_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = HandedDraft::from_bytes(&bytes) {
                prop_assert_eq!(&*read.to_bytes(), &bytes);
            }
        }
    }
}
