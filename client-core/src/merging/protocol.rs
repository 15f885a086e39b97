//! What a notebook and its merge worker say to one another through two pipes.
//!
//! ```text
//! message := length(4, little-endian, at most 32 MiB) body
//! hello   := "baraza merge" version(1)                        the worker, once, when it is ready
//! task    := author(16) count(varint) (name bytes)*           the notebook: what is here of the record,
//!            count(varint) (name count(varint) bytes*)*         and what the envelope brought
//! answer  := 0 outcome | 1 reason | 2 | 3                     the worker: merged, wrong, too many wait, unreadable
//! outcome := count(varint) (name bytes)* option(at) option(form version at author(8)) disagreements(varint)
//!            count(varint) hash(32)* count(varint) (name hash(32) count(varint) hash(32)*)*
//!            count(varint) (hash(32) reason)*
//! ```
//!
//! Names and reasons are texts, `at` is 8 bytes, big-endian, and `option` one byte, 0 or 1, before what it speaks
//! of. Both ends are the same program: another version is no partner. What the worker says is read as strictly as
//! what comes from a network, for a worker that was broken may say anything.

use std::io::{self, Read, Write};

use record::{AuthorId, AuthorPrefix, ChangeHash, MAX_CHANGES_AT_ONCE, Waiting};
use wire::{DecodeError, Reader, Writer};

use super::task::{Begun, MOST_NEEDS, Outcome, Refusal, Task};

/// The most that one message holds. An envelope brings at most 4 MiB for each compartment.
pub(super) const MAX_MESSAGE: usize = 32 << 20;
/// What a worker says when it is ready; the last byte is the version of this page.
pub(super) const HELLO: &[u8] = b"baraza merge\x01";
const MAX_COMPARTMENTS: usize = 64;
const MAX_NAME: usize = 4096;
const MAX_REASON: usize = 4096;
const MAX_FORM: usize = 64 << 10;
const LENGTH: usize = 4;

/// Says what is to be merged; `None` if it is more than a message holds.
pub(super) fn write_task(task: &Task<'_>) -> Option<Vec<u8>> {
    let mut w = begin();
    w.fixed(&task.author.0);
    w.varint(task.documents.len() as u64);
    for (name, bytes) in &task.documents {
        w.text(name);
        w.bytes(bytes);
    }
    w.varint(task.brought.len() as u64);
    for (name, changes) in &task.brought {
        w.text(name);
        w.varint(changes.len() as u64);
        changes.iter().for_each(|change| w.bytes(change));
    }
    end(w)
}

/// Reads what is to be merged.
pub(super) fn read_task(body: &[u8]) -> Result<Task<'_>, DecodeError> {
    let mut r = Reader::new(body);
    let author = AuthorId(r.array("an author")?);
    let documents = many(&mut r, MAX_COMPARTMENTS, |r| {
        Ok((r.text(MAX_NAME)?, r.bytes(MAX_MESSAGE)?))
    })?;
    let brought = many(&mut r, MAX_COMPARTMENTS, |r| {
        let name = r.text(MAX_NAME)?;
        // One more than a merge takes, so that the merge says it.
        let changes = many(r, MAX_CHANGES_AT_ONCE + 24, |r| {
            r.bytes(MAX_MESSAGE).map(<[u8]>::to_vec)
        })?;
        Ok((name, changes))
    })?;
    r.end()?;
    Ok(Task {
        author,
        documents,
        brought,
    })
}

/// Says what came of it; `None` if it is more than a message holds.
pub(super) fn write_answer(answer: &Result<Outcome, Refusal>) -> Option<Vec<u8>> {
    let mut w = begin();
    match answer {
        Ok(outcome) => {
            w.u8(0);
            write_outcome(&mut w, outcome);
        }
        Err(Refusal::Wrong(reason)) => {
            w.u8(1);
            w.text(cut(reason));
        }
        Err(Refusal::TooManyWaiting) => w.u8(2),
        Err(Refusal::Unreadable) => w.u8(3),
    }
    end(w)
}

/// Reads what came of it.
pub(super) fn read_answer(body: &[u8]) -> Result<Result<Outcome, Refusal>, DecodeError> {
    let mut r = Reader::new(body);
    let answer = match r.u8("what came of a merge")? {
        0 => Ok(read_outcome(&mut r)?),
        1 => Err(Refusal::Wrong(r.text(MAX_REASON)?.to_owned())),
        2 => Err(Refusal::TooManyWaiting),
        3 => Err(Refusal::Unreadable),
        _ => return Err(DecodeError::Number),
    };
    r.end()?;
    Ok(answer)
}

fn write_outcome(w: &mut Writer, outcome: &Outcome) {
    w.varint(outcome.documents.len() as u64);
    for (name, bytes) in &outcome.documents {
        w.text(name);
        w.bytes(bytes);
    }
    w.u8(u8::from(outcome.at.is_some()));
    if let Some(at) = outcome.at {
        w.fixed(&at.to_be_bytes());
    }
    w.u8(u8::from(outcome.begun.is_some()));
    if let Some(begun) = &outcome.begun {
        w.text(&begun.form_id);
        w.text(&begun.form_version);
        w.fixed(&begun.at.to_be_bytes());
        w.fixed(&begun.author.0);
    }
    w.varint(outcome.disagreements);
    write_hashes(w, &outcome.put_off);
    w.varint(outcome.waiting.len() as u64);
    for waiting in &outcome.waiting {
        w.text(&waiting.compartment);
        w.fixed(&waiting.hash.0);
        write_hashes(w, &waiting.needs);
    }
    w.varint(outcome.misfits.len() as u64);
    for (change, reason) in &outcome.misfits {
        w.fixed(&change.0);
        w.text(cut(reason));
    }
}

fn read_outcome(r: &mut Reader<'_>) -> Result<Outcome, DecodeError> {
    Ok(Outcome {
        documents: many(r, MAX_COMPARTMENTS, |r| {
            Ok((r.text(MAX_NAME)?.to_owned(), r.bytes(MAX_MESSAGE)?.to_vec()))
        })?,
        at: option(r, |r| r.array("a time").map(i64::from_be_bytes))?,
        begun: option(r, |r| {
            Ok(Begun {
                form_id: r.text(MAX_FORM)?.to_owned(),
                form_version: r.text(MAX_FORM)?.to_owned(),
                at: i64::from_be_bytes(r.array("a time")?),
                author: AuthorPrefix(r.array("an author")?),
            })
        })?,
        disagreements: r.varint()?,
        put_off: read_hashes(r, MAX_MESSAGE)?,
        waiting: many(r, MAX_MESSAGE, |r| {
            Ok(Waiting {
                compartment: r.text(MAX_NAME)?.to_owned(),
                hash: ChangeHash(r.array("a change")?),
                needs: read_hashes(r, MOST_NEEDS)?,
            })
        })?,
        misfits: many(r, MAX_MESSAGE, |r| {
            Ok((ChangeHash(r.array("a change")?), r.text(MAX_REASON)?.to_owned()))
        })?,
    })
}

fn write_hashes(w: &mut Writer, hashes: &[ChangeHash]) {
    w.varint(hashes.len() as u64);
    hashes.iter().for_each(|hash| w.fixed(&hash.0));
}

fn read_hashes(r: &mut Reader<'_>, most: usize) -> Result<Vec<ChangeHash>, DecodeError> {
    many(r, most, |r| r.array("a change").map(ChangeHash))
}

/// Reads a count and so many things. Takes no memory for things that are not there.
fn many<'a, T>(
    r: &mut Reader<'a>,
    most: usize,
    mut one: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let count = r.count("a list between notebook and worker", most)?;
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(one(r)?);
    }
    Ok(all)
}

fn option<'a, T>(
    r: &mut Reader<'a>,
    some: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    match r.u8("whether something follows")? {
        0 => Ok(None),
        1 => some(r).map(Some),
        _ => Err(DecodeError::Number),
    }
}

fn cut(reason: &str) -> &str {
    let end = reason.floor_char_boundary(MAX_REASON);
    reason.split_at_checked(end).map_or(reason, |(kept, _)| kept)
}

fn begin() -> Writer {
    let mut w = Writer::new();
    w.fixed(&[0; LENGTH]);
    w
}

fn end(w: Writer) -> Option<Vec<u8>> {
    let mut message = w.finish();
    let length = message
        .len()
        .checked_sub(LENGTH)
        .filter(|length| *length <= MAX_MESSAGE)?;
    let place = message.first_chunk_mut::<LENGTH>()?;
    *place = u32::try_from(length).ok()?.to_le_bytes();
    Some(message)
}

/// Writes one message that is no task and no answer.
pub(super) fn send(out: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(body)?;
    out.flush()
}

/// Reads one message into `body`. Returns `false` where there is none any more.
///
/// # Errors
/// If it is cut, or announces more than a message holds; then nothing was taken for it.
pub(super) fn receive(from: &mut impl Read, body: &mut Vec<u8>) -> io::Result<bool> {
    let mut length = [0; LENGTH];
    let mut here = 0;
    while let Some(missing) = length.get_mut(here..).filter(|missing| !missing.is_empty()) {
        match from.read(missing) {
            Ok(0) if here == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => here += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_MESSAGE {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a message is too long",
        ));
    }
    body.clear();
    let read = from.take(length as u64).read_to_end(body)?;
    if read < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn hash() -> impl Strategy<Value = ChangeHash> {
        any::<[u8; 32]>().prop_map(ChangeHash)
    }

    fn outcome() -> impl Strategy<Value = Outcome> {
        let begun = (".{0,9}", ".{0,9}", any::<i64>(), any::<[u8; 8]>()).prop_map(
            |(form_id, form_version, at, author)| Begun {
                form_id,
                form_version,
                at,
                author: AuthorPrefix(author),
            },
        );
        let waiting = (".{0,9}", hash(), vec(hash(), 0..3)).prop_map(|(compartment, hash, needs)| Waiting {
            compartment,
            hash,
            needs,
        });
        (
            vec((".{0,9}", any::<Vec<u8>>()), 0..3),
            any::<Option<i64>>(),
            proptest::option::of(begun),
            any::<u64>(),
            vec(hash(), 0..3),
            vec(waiting, 0..3),
            vec((hash(), ".{0,9}"), 0..3),
        )
            .prop_map(
                |(documents, at, begun, disagreements, put_off, waiting, misfits)| Outcome {
                    documents,
                    at,
                    begun,
                    disagreements,
                    put_off,
                    waiting,
                    misfits,
                },
            )
    }

    fn answer() -> impl Strategy<Value = Result<Outcome, Refusal>> {
        prop_oneof![
            outcome().prop_map(Ok),
            ".{0,20}".prop_map(|reason| Err(Refusal::Wrong(reason))),
            Just(Err(Refusal::TooManyWaiting)),
            Just(Err(Refusal::Unreadable)),
        ]
    }

    /// A message as the other end gets it.
    fn arrived(message: Option<Vec<u8>>) -> Vec<u8> {
        let mut body = Vec::new();
        assert!(receive(&mut message.unwrap().as_slice(), &mut body).unwrap());
        body
    }

    proptest! {
        #[test]
        fn tasks_come_back(
            author: [u8; 16],
            documents in vec((".{0,9}", any::<Vec<u8>>()), 0..4),
            brought in vec((".{0,9}", any::<Vec<Vec<u8>>>()), 0..4),
        ) {
            let task = Task {
                author: AuthorId(author),
                documents: documents.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect(),
                brought: brought.iter().map(|(name, changes)| (name.as_str(), changes.clone())).collect(),
            };
            let bytes = arrived(write_task(&task));
            prop_assert_eq!(read_task(&bytes), Ok(task));
        }

        #[test]
        fn answers_come_back(answer in answer()) {
            prop_assert_eq!(read_answer(&arrived(write_answer(&answer))), Ok(answer));
        }

        #[test]
        fn any_bytes_are_a_task_in_its_only_form_or_none(bytes: Vec<u8>) {
            if let Ok(task) = read_task(&bytes) {
                prop_assert_eq!(arrived(write_task(&task)), bytes);
            }
        }

        #[test]
        fn any_bytes_are_an_answer_in_its_only_form_or_none(bytes: Vec<u8>) {
            if let Ok(answer) = read_answer(&bytes) {
                prop_assert_eq!(arrived(write_answer(&answer)), bytes);
            }
        }

        #[test]
        fn an_answer_with_some_bytes_changed_is_in_its_only_form_or_none(
            answer in answer(),
            changed in vec((any::<usize>(), any::<u8>()), 1..4),
        ) {
            let mut bytes = arrived(write_answer(&answer));
            for (place, byte) in changed {
                let place = place % bytes.len();
                bytes[place] = byte;
            }
            if let Ok(answer) = read_answer(&bytes) {
                prop_assert_eq!(arrived(write_answer(&answer)), bytes);
            }
        }

        #[test]
        fn any_bytes_are_messages_or_end(bytes: Vec<u8>) {
            let (mut from, mut body) = (bytes.as_slice(), Vec::new());
            while let Ok(true) = receive(&mut from, &mut body) {}
        }
    }

    #[test]
    fn a_message_that_announces_too_much_is_refused_before_memory_is_taken() {
        let mut body = Vec::new();
        let announced = u32::MAX.to_le_bytes();
        assert!(receive(&mut announced.as_slice(), &mut body).is_err());
        assert_eq!(body.capacity(), 0);
        let cut = (MAX_MESSAGE as u32).to_le_bytes();
        assert!(receive(&mut cut.as_slice(), &mut body).is_err());
        assert!(body.capacity() < 1 << 16);
    }

    #[test]
    fn a_task_larger_than_a_message_is_not_written() {
        let large = vec![0; MAX_MESSAGE];
        let task = Task {
            author: AuthorId([0; 16]),
            documents: vec![("general", &large)],
            brought: Vec::new(),
        };
        assert_eq!(write_task(&task), None);
    }
}
