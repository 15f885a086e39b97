//! Taking in drafts that another device hands over, and its word that it has one.

use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use record::{Actor, Draft};
use seal::handover::{HandedDraft, HandedFiles};
use wire::Envelope;

use super::*;
use crate::store::once_keys::{self, Use};
use crate::store::{handovers, media as store_media, pieces};

/// What a draft is sealed for when it is handed over.
pub(crate) const HANDOVER: &[u8] = b"baraza/1 handover";

/// Takes a draft over: from now on it is this device's.
pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    if header.recipient != Some(reading.me.member) {
        return Err(Shut::NotForUs);
    }
    let record = RecordId::from_bytes(header.subject);
    let (part, sealed) = parts_here(verified)
        .next()
        .ok_or(Shut::Not("the draft itself has not come yet"))?;
    let KeyName::Member(id) = part.key else {
        return Err(Shut::Wrong("the draft is not sealed to a one-time key".into()));
    };
    let key = once_keys::find(db, id, Use::Offered)?;
    let key = key.ok_or_else(|| {
        Shut::Wrong("the draft is sealed to a one-time key that is not here, or not any more".into())
    })?;
    let packed = open_with(&key, HANDOVER, &context(header, part).aad(), sealed).map_err(wrong)?;
    let plain = payload::unpack(&packed, |_| None).map_err(wrong)?;
    let draft = HandedDraft::from_bytes(&plain).map_err(wrong)?;
    if forms::find(db, &draft.form_id, Some(&draft.form_version))?.is_none() {
        return Err(Shut::Not("its form has not come yet"));
    }
    if records::get(db, record)?.is_some() {
        return Err(Shut::Wrong(
            "there is a record with the draft's id here already".into(),
        ));
    }
    let files = draft.files.as_ref();
    let files = files.map_or_else(|| Ok(Vec::new()), |files| files_here(db, header, files))?;
    let steps: Vec<&[u8]> = draft.steps.iter().map(|step| step.as_slice()).collect();
    // Only to see whether it reads: the actor it is finished with is another.
    let actor = Actor::make(
        AuthorId(*reading.me.member.as_bytes()),
        &mut ChaCha20Rng::from_seed([0; 32]),
    );
    let touched = Draft::replay(&Record::new(), actor, &steps)
        .map_err(wrong)?
        .touched_at();
    let started = i64::try_from(draft.started).map_err(wrong)?;
    records::put(
        db,
        &RecordRow {
            id: record,
            form_id: draft.form_id.clone(),
            form_version: draft.form_version.clone(),
            status: RecordStatus::Draft,
            started,
            changed: touched,
            author: reading.me.member,
            disagreements: 0,
            editing: true,
        },
    )?;
    drafts::begin(db, record, started)?;
    for step in steps {
        drafts::add_step(db, record, step)?;
    }
    if let Some(HandedFiles { key, .. }) = &draft.files {
        for (address, envelope) in &files {
            let file = media::handed(db, envelope, key)?;
            let file = file.ok_or(Shut::Not("its photos have not all come"))?;
            store_media::attach(db, record, address, &file)?;
        }
    }
    // The key to them goes with the draft's envelope, and what it opened is of no use any more.
    for (_, envelope) in &files {
        envelopes::spend_grant(db, envelope.id())?;
        pieces::destroy(db, &envelope.header)?;
    }
    once_keys::destroy(db, id)?;
    envelopes::spend_grant(db, verified.id())?;
    Ok(handovers::note_taken(db, verified.id(), record, header.author)?)
}

/// Returns the envelopes of a draft's photos and recordings, with the questions they answer, once all of each is here.
fn files_here<'a>(
    db: &Connection,
    draft: &Header,
    handed: &'a HandedFiles,
) -> Result<Vec<(&'a str, Envelope)>, Shut> {
    let mut here = Vec::new();
    let mut complete = true;
    for (address, id) in &handed.files {
        let envelope = envelopes::get(db, *id)?.ok_or(Shut::Not("its photos have not come yet"))?;
        let header = &envelope.header;
        let with_it = header.kind == Kind::HANDED_MEDIA
            && (header.subject, header.author, header.recipient)
                == (draft.subject, draft.author, draft.recipient);
        let name = KeyName::Granted(handed.key_id);
        if !with_it || header.parts.iter().any(|part| part.key != name) {
            return Err(Shut::Wrong("it names photos that do not belong to it".into()));
        }
        pieces::declare(db, *id, &envelope)?;
        complete &= pieces::all_here(db, header)?;
        here.push((address.as_str(), envelope));
    }
    match complete {
        true => Ok(here),
        false => Err(Shut::Not("its photos have not all come")),
    }
}

/// Notes that a device has a draft that this one gave it.
pub(super) fn accepted(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let record = RecordId::from_bytes(header.subject);
    if header.recipient == Some(reading.me.member) && handovers::note_accepted(db, record, header.author)? {
        Ok(())
    } else {
        Err(Shut::NotForUs)
    }
}
