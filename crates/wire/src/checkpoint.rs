//! What a desk confirms: how much of each author's work it has, and how much of that it has opened.
//!
//! ```text
//! checkpoint := version(1) count(varint) reach*
//! reach      := author(16) incarnation(varint) held(varint) last(32) count(varint) opened*
//! opened     := compartment(1) sequence(varint)
//! ```

use crate::codec::{DecodeError, Reader, Writer};
use crate::ids::{CompartmentId, EnvelopeId, Incarnation, MemberId};

const VERSION: u8 = 1;
const MAX_AUTHORS: usize = 100_000;
const MAX_COMPARTMENTS: usize = 256;

/// How far a desk is with one author.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reach {
    /// Whose work.
    pub author: MemberId,
    /// Of which incarnation.
    pub incarnation: Incarnation,
    /// Up to and with which sequence everything has arrived.
    pub held: u64,
    /// The envelope there, which proves all before it.
    pub last: EnvelopeId,
    /// For each compartment the desk reads, up to and with which sequence it has opened everything. What was erased,
    /// or a person dropped, counts as opened.
    pub opened: Vec<(CompartmentId, u64)>,
}

/// What one desk confirms of all authors.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Checkpoint {
    /// One for each author and incarnation, in order.
    pub reaches: Vec<Reach>,
}

impl Checkpoint {
    /// Returns the canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.varint(self.reaches.len() as u64);
        for reach in &self.reaches {
            w.fixed(reach.author.as_bytes());
            w.varint(u64::from(reach.incarnation));
            w.varint(reach.held);
            w.fixed(reach.last.as_bytes());
            w.varint(reach.opened.len() as u64);
            for (compartment, upto) in &reach.opened {
                w.u8(compartment.0);
                w.varint(*upto);
            }
        }
        w.finish()
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version("the checkpoint", VERSION)?;
        let count = r.count("the authors of a checkpoint", MAX_AUTHORS)?;
        let mut reaches: Vec<Reach> = Vec::new();
        for _ in 0..count {
            let reach = Reach::read(&mut r)?;
            let place = (reach.author, reach.incarnation);
            if reaches
                .last()
                .is_some_and(|last| (last.author, last.incarnation) >= place)
            {
                return Err(DecodeError::Contradiction(
                    "the authors of a checkpoint are out of order",
                ));
            }
            reaches.push(reach);
        }
        r.end()?;
        Ok(Self { reaches })
    }
}

impl Reach {
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            author: MemberId::from_bytes(r.array("an author")?),
            incarnation: r.varint32()?,
            held: r.varint()?,
            last: EnvelopeId(r.array("an envelope")?),
            opened: {
                let count = r.count("the compartments of a checkpoint", MAX_COMPARTMENTS)?;
                (0..count)
                    .map(|_| Ok((CompartmentId(r.u8("a compartment")?), r.varint()?)))
                    .collect::<Result<_, DecodeError>>()?
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn checkpoint() -> Checkpoint {
        let reach = |n| Reach {
            author: MemberId::from_chance([n; 16]),
            incarnation: 2,
            held: 300,
            last: EnvelopeId([3; 32]),
            opened: vec![(CompartmentId::GENERAL, 300), (CompartmentId::IDENTITY, 250)],
        };
        Checkpoint {
            reaches: vec![reach(1), reach(2)],
        }
    }

    #[test]
    fn a_checkpoint_comes_back() {
        assert_eq!(Checkpoint::from_bytes(&checkpoint().to_bytes()), Ok(checkpoint()));
    }

    #[test]
    fn the_checkpoint_layout_is_what_it_was() {
        insta::assert_snapshot!(blake3::hash(&checkpoint().to_bytes()).to_hex().as_str());
    }

    proptest! {
        #[test]
        fn any_bytes_decode_to_their_only_form_or_fail(mut bytes: Vec<u8>, at in 0..150usize, flip: u8) {
            if let Ok(read) = Checkpoint::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
            bytes = checkpoint().to_bytes();
            let at = at % bytes.len();
            bytes[at] ^= flip;
            if let Ok(read) = Checkpoint::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
        }
    }
}
