//! What an assignment hands over: what one record says of entities, for a device that is to visit them.
//!
//! ```text
//! assignment := version(1) expires(varint) of(varint) count(varint) said*
//! said       := list(text) entity(text) creates(1: 0 or 1) at(text) by(text) when(varint)
//!               count(varint) seen(text)* count(varint) (property(text) value(text))*
//! ```
//!
//! What it means is the entities' affair; here it is only carried.

use wire::{DecodeError, Reader, Writer};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
/// The most bytes the name of a list, an entity, a property or a contribution may have.
const MAX_NAME: usize = 4096;
/// The most bytes a value may have, as an answer.
const MAX_VALUE: usize = 1 << 20;
const MAX_SAID: usize = 10_000;

/// What one record says of entities.
#[derive(Clone, PartialEq, Eq)]
pub struct Assignment {
    /// When the device must have forgotten it, in unix seconds.
    pub expires: u64,
    /// How many assignments are sealed to the key that this one is sealed to.
    pub of: u32,
    /// One for each entity the record speaks of, and for each place in it.
    pub said: Vec<SaidOfEntity>,
}

/// What one record says of one entity.
#[derive(Clone, PartialEq, Eq)]
pub struct SaidOfEntity {
    /// The entity list.
    pub list: String,
    /// The entity.
    pub entity: String,
    /// Whether the record says that the entity is new.
    pub creates: bool,
    /// The repeat instance that is about it; empty for the record.
    pub at: String,
    /// Who said it, as the record names them.
    pub by: String,
    /// When, in unix seconds by their clock.
    pub when: u64,
    /// What they knew of the entity, in order and each once.
    pub seen: Vec<String>,
    /// Its properties, as far as they are handed over, in order and each once.
    pub properties: Vec<(String, String)>,
}

/// Never shows what was said.
impl std::fmt::Debug for Assignment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Assignment({} said, until {})", self.said.len(), self.expires)
    }
}

impl Assignment {
    /// Returns the canonical bytes, which hold answers.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.varint(self.expires);
        w.varint(u64::from(self.of));
        w.varint(self.said.len() as u64);
        for said in &self.said {
            w.text(&said.list);
            w.text(&said.entity);
            w.u8(u8::from(said.creates));
            w.text(&said.at);
            w.text(&said.by);
            w.varint(said.when);
            w.varint(said.seen.len() as u64);
            said.seen.iter().for_each(|seen| w.text(seen));
            w.varint(said.properties.len() as u64);
            for (property, value) in &said.properties {
                w.text(property);
                w.text(value);
            }
        }
        Zeroizing::new(w.finish())
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the assignment", VERSION)?;
        let (expires, of) = (r.varint()?, r.varint32()?);
        let count = r.count("what is said of entities", MAX_SAID)?;
        let mut said = Vec::new();
        for _ in 0..count {
            said.push(read_said(&mut r)?);
        }
        r.end()?;
        Ok(Self { expires, of, said })
    }
}

fn read_said(r: &mut Reader<'_>) -> Result<SaidOfEntity, DecodeError> {
    let (list, entity) = (name(r)?, name(r)?);
    let creates = match r.u8("whether an entity is new")? {
        0 => false,
        1 => true,
        value => {
            return Err(DecodeError::Unknown {
                what: "whether an entity is new",
                value: value.into(),
            });
        }
    };
    let (at, by, when) = (name(r)?, name(r)?, r.varint()?);
    let mut said = SaidOfEntity {
        list,
        entity,
        creates,
        at,
        by,
        when,
        seen: Vec::new(),
        properties: Vec::new(),
    };
    for _ in 0..r.count("what was known of an entity", MAX_SAID)? {
        let seen = name(r)?;
        in_order(said.seen.last(), &seen)?;
        said.seen.push(seen);
    }
    for _ in 0..r.count("the properties of an entity", MAX_SAID)? {
        let property = name(r)?;
        in_order(said.properties.last().map(|(last, _)| last), &property)?;
        said.properties.push((property, r.text(MAX_VALUE)?.to_owned()));
    }
    Ok(said)
}

fn name(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    Ok(r.text(MAX_NAME)?.to_owned())
}

fn in_order(last: Option<&String>, next: &String) -> Result<(), DecodeError> {
    match last.is_none_or(|last| last < next) {
        true => Ok(()),
        false => Err(DecodeError::Contradiction(
            "what is said of an entity is out of order",
        )),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assignment() -> Assignment {
        Assignment {
            expires: 1_800_000_000,
            of: 3,
            said: vec![SaidOfEntity {
                list: "households".into(),
                entity: "0b7f".into(),
                creates: true,
                at: String::new(),
                by: "0606060606060606".into(),
                when: 1_795_000_000,
                seen: vec!["one".into(), "two".into()],
                properties: vec![("label".into(), "Amina".into()), ("size".into(), "4".into())],
            }],
        }
    }

    #[test]
    fn an_assignment_comes_back() {
        assert_eq!(Assignment::from_bytes(&assignment().to_bytes()), Ok(assignment()));
    }

    #[test]
    fn the_layout_of_an_assignment_is_what_it_was() {
        let hash = blake3::hash(&assignment().to_bytes());
        assert_eq!(
            hash.to_hex().as_str(),
            "ce4c4a7aff7b0dbfd2dc25924bc977619a329df90c55e1d43043aa53f5f0cdd6"
        );
    }

    #[test]
    fn an_assignment_does_not_show_what_was_said() {
        assert_eq!(
            format!("{:?}", assignment()),
            "Assignment(1 said, until 1800000000)"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(mut bytes: Vec<u8>, at in 0..200usize, flip: u8) {
            if let Ok(read) = Assignment::from_bytes(&bytes) {
                prop_assert_eq!(&*read.to_bytes(), &bytes);
            }
            bytes = assignment().to_bytes().to_vec();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = Assignment::from_bytes(&bytes) {
                prop_assert_eq!(&*read.to_bytes(), &bytes);
            }
        }
    }
}
