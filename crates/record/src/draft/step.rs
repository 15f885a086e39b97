//! The steps of a draft, as they are kept on disk until the record is finished.

use std::collections::BTreeMap;
use std::fmt;

use automerge::ScalarValue;

use crate::bytes::{Reader, put_signed, put_sized, put_unsigned};
use crate::ids::ChangeHash;

const VERSION: u8 = 1;
const BEGIN: u8 = 0;
const PUT: u8 = 1;
const SETTLE: u8 = 2;

const CLEARED: u8 = 0;
const TEXT: u8 = 1;
const INTEGER: u8 = 2;
const DECIMAL: u8 = 3;
const BOOLEAN: u8 = 4;
const BYTES: u8 = 5;

/// One step of a draft, to be on disk before the person is told that it is saved.
///
/// All steps of a draft in order give it back: [`Draft::replay`](crate::Draft::replay). They hold
/// answers, so they are kept where answers are kept.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "a step that is not kept is lost with the device's battery"]
pub struct DraftStep(Vec<u8>);

impl DraftStep {
    /// Returns the bytes to keep.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the bytes to keep.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Never shows the answer.
impl fmt::Debug for DraftStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DraftStep({} bytes)", self.0.len())
    }
}

/// What a step says.
#[derive(Clone, PartialEq)]
pub(super) enum Step {
    /// The draft was begun when the record had these heads.
    Begin {
        heads: BTreeMap<String, Vec<ChangeHash>>,
        at: i64,
    },
    /// Something was put at a key.
    Put {
        key: String,
        value: ScalarValue,
        settles: bool,
        at: i64,
    },
}

/// Why a step cannot be read.
pub(super) enum StepError {
    LaterVersion(u8),
    Damaged,
}

impl Step {
    pub(super) fn write(&self) -> DraftStep {
        let mut out = vec![VERSION];
        match self {
            Self::Begin { heads, at } => {
                out.push(BEGIN);
                put_signed(&mut out, *at);
                for (compartment, heads) in heads {
                    put_sized(&mut out, compartment.as_bytes());
                    put_unsigned(&mut out, heads.len() as u64);
                    for head in heads {
                        out.extend_from_slice(&head.0);
                    }
                }
            }
            Self::Put {
                key,
                value,
                settles,
                at,
            } => {
                out.push(if *settles { SETTLE } else { PUT });
                put_signed(&mut out, *at);
                put_sized(&mut out, key.as_bytes());
                put_scalar(&mut out, value);
            }
        }
        DraftStep(out)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, StepError> {
        match bytes.split_first() {
            Some((&VERSION, rest)) => Self::read_body(Reader::new(rest)).ok_or(StepError::Damaged),
            Some((&later, _)) => Err(StepError::LaterVersion(later)),
            None => Err(StepError::Damaged),
        }
    }

    fn read_body(mut reader: Reader<'_>) -> Option<Self> {
        let kind = reader.byte()?;
        let at = reader.signed()?;
        if kind == BEGIN {
            let mut heads = BTreeMap::new();
            while !reader.is_empty() {
                let compartment = text(reader.sized()?)?;
                let count = reader.unsigned()?;
                let mut of_compartment = Vec::new();
                for _ in 0..count {
                    of_compartment.push(ChangeHash(reader.array()?));
                }
                heads.insert(compartment, of_compartment);
            }
            return Some(Self::Begin { heads, at });
        }
        let settles = match kind {
            PUT => false,
            SETTLE => true,
            _ => return None,
        };
        let key = text(reader.sized()?)?;
        let value = read_scalar(reader)?;
        Some(Self::Put {
            key,
            value,
            settles,
            at,
        })
    }
}

fn put_scalar(out: &mut Vec<u8>, value: &ScalarValue) {
    match value {
        ScalarValue::Str(text) => {
            out.push(TEXT);
            out.extend_from_slice(text.as_bytes());
        }
        ScalarValue::Int(number) => {
            out.push(INTEGER);
            put_signed(out, *number);
        }
        ScalarValue::F64(number) => {
            out.push(DECIMAL);
            out.extend_from_slice(&number.to_le_bytes());
        }
        ScalarValue::Boolean(yes) => out.extend_from_slice(&[BOOLEAN, u8::from(*yes)]),
        ScalarValue::Bytes(bytes) => {
            out.push(BYTES);
            out.extend_from_slice(bytes);
        }
        ScalarValue::Null => out.push(CLEARED),
        ScalarValue::Uint(_)
        | ScalarValue::Counter(_)
        | ScalarValue::Timestamp(_)
        | ScalarValue::Unknown { .. } => {
            unreachable!("a draft only puts down what scalar::of makes, which is none of these")
        }
    }
}

fn read_scalar(mut reader: Reader<'_>) -> Option<ScalarValue> {
    let kind = reader.byte()?;
    let whole = |reader: Reader<'_>, value| reader.is_empty().then_some(value);
    match kind {
        TEXT => text(reader.rest()).map(|text| ScalarValue::Str(text.into())),
        INTEGER => {
            let number = reader.signed()?;
            whole(reader, ScalarValue::Int(number))
        }
        DECIMAL => {
            let number = f64::from_le_bytes(reader.array()?);
            whole(reader, ScalarValue::F64(number))
        }
        BOOLEAN => {
            let yes = reader.byte()?;
            whole(reader, ScalarValue::Boolean(yes == 1))
        }
        BYTES => Some(ScalarValue::Bytes(reader.rest().to_vec())),
        CLEARED => whole(reader, ScalarValue::Null),
        _ => None,
    }
}

fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_scalar() -> impl Strategy<Value = ScalarValue> {
        prop_oneof![
            any::<String>().prop_map(|text| ScalarValue::Str(text.into())),
            any::<i64>().prop_map(ScalarValue::Int),
            (-1e9..1e9).prop_map(ScalarValue::F64),
            any::<bool>().prop_map(ScalarValue::Boolean),
            any::<Vec<u8>>().prop_map(ScalarValue::Bytes),
            Just(ScalarValue::Null),
        ]
    }

    proptest! {
        #[test]
        fn steps_come_back(key: String, value in any_scalar(), settles: bool, at: i64, head: [u8; 32]) {
            let begin = Step::Begin { heads: BTreeMap::from([(key.clone(), vec![ChangeHash(head)])]), at };
            prop_assert!(Step::read(begin.write().as_bytes()).is_ok_and(|read| read == begin));
            let put = Step::Put { key, value, settles, at };
            prop_assert!(Step::read(put.write().as_bytes()).is_ok_and(|read| read == put));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = Step::read(&bytes);
            let _ = Step::read(&[&[VERSION], bytes.as_slice()].concat());
        }
    }
}
