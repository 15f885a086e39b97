//! Hand over: a draft moves from one device to another. It is not copied: the giver can read it no more.
//!
//! The taker shows an offer, which names the giver and a one-time key; the giver seals the draft to that key. The sealed
//! draft goes through the relay and, if the two are together, also as a file; whichever comes second does nothing. The
//! giver keeps it, sealed, until the taker says that it has it.
//!
//! Photos and recordings go before it, each in an envelope of its own that travels in pieces as theirs do; the key to
//! them is in the draft's. The taker has the draft once it has all of them.

use rand::Rng as _;
use rusqlite::Connection;
use seal::handover::{HandedDraft, HandedFiles};
use seal::keys::{KemKey, RecordKey};
use seal::offer::{OfferError, check_offer, offer};
use seal::payload;
use seal::roster::{Roster, RosterError};
use seal::to_key::{OVERHEAD, seal_to};
use seal::verify::envelope::{VerifyError, verify};
use seal::write::SealedPart;
use thiserror::Error;
use wire::enrolment::EnrolmentError;
use wire::envelope::MAX_PART;
use wire::offer::Offer;
use wire::{
    BundleReader, BundleWriter, CompartmentId, DecodeError, Envelope, EnvelopeId, Frame, GrantedKeyId,
    KeyName, Kind, MemberId, RecordId, RosterEntry,
};
use zeroize::Zeroizing;

use crate::Notebook;
use crate::deeds::media::seal_file;
use crate::deeds::start::DraftError;
use crate::deeds::sync::SyncError;
use crate::home::{HomeError, copy_name};
use crate::import::handover::HANDOVER;
use crate::import::roster::{TakeError, Through};
use crate::import::{self, Reading, Taken};
use crate::notebook::NoProgramme;
use crate::pen::Hand;
use crate::store::once_keys::{self, Use};
use crate::store::records::{self, RecordStatus};
use crate::store::{StoreError, confirming, drafts, envelopes, handovers, media, pieces, roster};

/// Why a draft was not handed over, or not taken over. Unless it says otherwise, it is where it was.
#[derive(Debug, Error)]
pub enum HandOverError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The draft cannot be opened.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// It is no draft that was begun here.
    #[error(
        "record {0} is not a draft that was begun on this device; an edit of a record that a desk handed out is \
         finished here, or granted to the other device"
    )]
    NotADraft(RecordId),
    /// Desks are not in the field.
    #[error("a desk takes no drafts over; let the device finish it, or hand it to another device")]
    Desk,
    /// There is no such device to take drafts from.
    #[error("there is no device {0} in the programme; look at the list of members")]
    NoMember(MemberId),
    /// The text is no offer.
    #[error(transparent)]
    Unreadable(#[from] EnrolmentError),
    /// The offer does not hold.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// A draft was sealed to it already.
    #[error("a draft was handed over with this offer already; ask the other device for another one")]
    Used,
    /// The draft is larger than one envelope takes.
    #[error("the draft is too large to be handed over; finish it here")]
    TooLarge,
    /// The offer's key cannot be sealed to.
    #[error("the key in the offer is damaged; ask the other device for another one")]
    Unsealable,
    /// The file is no draft that was handed over.
    #[error("the file cannot be read: {0}")]
    File(#[from] DecodeError),
    /// The file holds something else.
    #[error("the file is not one draft that was handed over in this programme")]
    OtherFile,
    /// The roster in the file is not this node's.
    #[error("the file shows another roster than the one here: {0}. Tell the coordinator before you go on")]
    Roster(#[source] RosterError),
    /// Who made it is not known, or the file was changed.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// It is here already.
    #[error("the draft has come to this device already")]
    Here,
    /// It was handed to another device.
    #[error("the draft was handed to another device; this one cannot open it")]
    NotForThisDevice,
    /// It cannot be taken now.
    #[error("the draft cannot be opened: {0}")]
    Shut(String),
    /// It is done; only the copy beside the notebook is missing.
    #[error("it is done and safe in the notebook, but {0}; it is tried again at the next opening")]
    Copy(#[from] HomeError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A draft on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// The envelope it travels in.
    pub envelope: EnvelopeId,
    /// Who takes it.
    pub to: MemberId,
    /// A file that holds the same, for the way without a relay.
    pub file: Vec<u8>,
}

impl Notebook {
    /// Offers to take a draft over from another device. The text holds no secret; it is good for one draft.
    pub fn offer(&mut self, from: MemberId) -> Result<String, HandOverError> {
        if self.is_desk() {
            return Err(HandOverError::Desk);
        }
        self.may_take_answers()?;
        let programme = {
            let (own, programme) = self.belonging::<HandOverError>()?;
            if own.member(&from).is_none() || from == self.me.member {
                return Err(HandOverError::NoMember(from));
            }
            programme.id
        };
        let key = KemKey::make(&mut self.rng);
        self.store.write(|tx| once_keys::keep(tx, &key, Use::Offered))?;
        let me = (self.me.member, &self.me.sign);
        Ok(offer(programme, me, from, key.public()).to_text())
    }

    /// Hands a draft over to the device that made an offer, with its photos and recordings. From now on it is there, and
    /// not here.
    pub fn hand_over(&mut self, record: RecordId, offer: &str) -> Result<HandedOver, HandOverError> {
        let offer = Offer::from_text(offer)?;
        let own = self.belonging::<HandOverError>()?.0.clone();
        check_offer(&offer, self.me.member, &own)?;
        let open = self.open_draft(record)?;
        if open.new || open.row.status != RecordStatus::Draft {
            return Err(HandOverError::NotADraft(record));
        }
        let row = open.row;
        let handed = self.write_with(&own, |tx, hand| {
            if handovers::is_used(tx, offer.key.id())? {
                return Err(HandOverError::Used);
            }
            let steps = drafts::steps(tx, record)?;
            let files = seal_files(tx, hand, record, offer.member)?;
            let draft = HandedDraft {
                form_id: row.form_id.clone(),
                form_version: row.form_version.clone(),
                started: row.started.unsigned_abs(),
                steps: steps.into_iter().map(Zeroizing::new).collect(),
                files,
            };
            let envelope = seal_draft(tx, hand, record, &offer, &draft)?;
            handovers::note_given(tx, envelope, (record, offer.member), offer.key.id())?;
            let files = draft.files.iter().flat_map(|handed| &handed.files);
            let files: Vec<EnvelopeId> = files.map(|(_, file)| *file).collect();
            handovers::note_media(tx, envelope, &files)?;
            drafts::destroy(tx, record)?;
            records::remove(tx, record)?;
            let mut sealed = Vec::new();
            for id in files.into_iter().chain([envelope]) {
                let written = envelopes::get(tx, id)?;
                let written = written.ok_or(StoreError::Unreadable("an envelope that was written"))?;
                sealed.push(pieces::fill(tx, written)?);
            }
            Ok(HandedOver {
                envelope,
                to: offer.member,
                file: bundle(&own, roster::all(tx)?, sealed),
            })
        });
        // Also if only the copy failed: what was destroyed must not stay in the log.
        let emptied = self.store.empty_log();
        let handed = handed?;
        emptied?;
        Ok(handed)
    }

    /// Takes over the draft in a file that another device wrote for this one. Returns its record.
    pub fn take_over(&mut self, file: &[u8]) -> Result<RecordId, HandOverError> {
        let mut own = self.belonging::<HandOverError>()?.0.clone();
        let (entries, files, envelope) = unbundle(&own, file)?;
        let (id, record) = (envelope.id(), RecordId::from_bytes(envelope.header.subject));
        let (me, merger, now) = (&self.me, &self.merger, self.now().as_second());
        let taken = self.store.write(|tx| {
            import::roster::take(tx, me, &mut own, &entries, Through::Hand)?;
            let verified = verify(envelope, &own)?;
            let reading = Reading::new(tx, me, merger, &own, now)?;
            for file in files {
                import::take(tx, &reading, &verify(file, &own)?)?;
            }
            Ok::<_, HandOverError>(import::take(tx, &reading, &verified)?)
        })?;
        self.roster = Some(own);
        match taken {
            Taken::Opened => {}
            Taken::Known => return Err(HandOverError::Here),
            Taken::Kept => return Err(HandOverError::NotForThisDevice),
            Taken::Waiting | Taken::Quarantined => {
                let troubled = self.store.read(envelopes::troubled)?;
                let reason = troubled.into_iter().find(|envelope| envelope.id == id);
                return Err(HandOverError::Shut(
                    reason.map_or_else(String::new, |envelope| envelope.reason),
                ));
            }
        }
        self.tell_givers::<HandOverError>()?;
        Ok(record)
    }

    /// Tells those who handed drafts over that they are here. Returns whether there was anybody to tell.
    pub(crate) fn tell_givers<E>(&mut self) -> Result<bool, E>
    where
        E: From<StoreError> + From<HomeError> + From<NoProgramme>,
    {
        let untold = self.store.read(handovers::untold)?;
        if untold.is_empty() {
            return Ok(false);
        }
        let own = self.belonging::<E>()?.0.clone();
        self.write_with(&own, |tx, hand| {
            for (record, giver) in untold {
                hand.write(tx, Kind::RECEIPT, *record.as_bytes(), Some(giver), Vec::new())?;
            }
            handovers::note_told(tx)?;
            Ok::<_, E>(true)
        })
    }

    /// Destroys the sealed drafts that are with those who took them over: here, and the copies beside the notebook.
    pub(crate) fn forget_accepted(&mut self) -> Result<(), SyncError> {
        let done = self.store.write(|tx| {
            let done = handovers::done(tx)?;
            done.iter()
                .try_for_each(|(envelope, _)| confirming::forget(tx, *envelope))?;
            Ok::<_, StoreError>(done)
        })?;
        for (id, header) in &done {
            self.home.remove_copy(&copy_name(*id, header))?;
        }
        Ok(())
    }
}

fn seal_draft(
    tx: &Connection,
    hand: &mut Hand<'_>,
    record: RecordId,
    offer: &Offer,
    draft: &HandedDraft,
) -> Result<EnvelopeId, HandOverError> {
    let plain = draft.to_bytes();
    if plain.len() > payload::MAX_PLAIN {
        return Err(HandOverError::TooLarge);
    }
    // Packed first, so that its length tells little of what is in it.
    let packed = Zeroizing::new(payload::pack(&plain, None));
    if packed.len() + OVERHEAD > MAX_PART {
        return Err(HandOverError::TooLarge);
    }
    let (subject, key) = (*record.as_bytes(), KeyName::Member(offer.key.id()));
    let aad = hand.pen.context(subject, CompartmentId::RECIPIENT, key).aad();
    let sealed =
        seal_to(&offer.key, HANDOVER, &aad, &packed, hand.rng).map_err(|_| HandOverError::Unsealable)?;
    let part = SealedPart {
        compartment: CompartmentId::RECIPIENT,
        key,
        sealed,
    };
    Ok(hand.write(tx, Kind::HANDOVER, subject, Some(offer.member), vec![part])?)
}

/// Seals the photos and recordings of a draft, each in an envelope of its own, under a key that goes with the draft.
/// Nothing if it has none.
fn seal_files(
    tx: &Connection,
    hand: &mut Hand<'_>,
    record: RecordId,
    to: MemberId,
) -> Result<Option<HandedFiles>, StoreError> {
    let attached = media::attached(tx, record)?;
    if attached.is_empty() {
        return Ok(None);
    }
    let (mut id, mut key) = ([0; 8], [0; 32]);
    hand.rng.fill_bytes(&mut id);
    hand.rng.fill_bytes(&mut key);
    let (key_id, key) = (GrantedKeyId(id), RecordKey::from_bytes(key));
    let mut files = Vec::new();
    for (address, _) in attached {
        let file = media::draft_file(tx, record, &address)?;
        let file = file.ok_or(StoreError::Unreadable("a photo of a draft"))?;
        let name = KeyName::Granted(key_id);
        let parts = seal_file(hand, record, CompartmentId::RECIPIENT, (name, &key), &file);
        let envelope = hand.write(tx, Kind::HANDED_MEDIA, *record.as_bytes(), Some(to), parts)?;
        files.push((address, envelope));
    }
    Ok(Some(HandedFiles { key_id, key, files }))
}

/// Writes the file: the roster too, which the taker may not have seen all of.
fn bundle(own: &Roster, entries: Vec<RosterEntry>, envelopes: Vec<Envelope>) -> Vec<u8> {
    let (mut writer, mut file) = BundleWriter::begin(own.programme());
    for entry in entries {
        file.extend(writer.write(&Frame::Roster(entry)));
    }
    for envelope in envelopes {
        file.extend(writer.write(&Frame::Push(envelope)));
    }
    file.extend(writer.finish());
    file
}

/// What is in the file: the roster, the draft's photos and recordings, and the draft.
type Unbundled = (Vec<RosterEntry>, Vec<Envelope>, Envelope);

fn unbundle(own: &Roster, file: &[u8]) -> Result<Unbundled, HandOverError> {
    let mut reader = BundleReader::new();
    reader.push(file)?;
    let (mut entries, mut files, mut found) = (Vec::new(), Vec::new(), None);
    while let Some(frame) = reader.next_frame()? {
        match frame {
            Frame::Roster(entry) => entries.push(entry),
            Frame::Push(envelope) if envelope.header.kind == Kind::HANDED_MEDIA => files.push(envelope),
            Frame::Push(envelope) if found.is_none() && envelope.header.kind == Kind::HANDOVER => {
                found = Some(envelope);
            }
            _ => return Err(HandOverError::OtherFile),
        }
    }
    reader.ended()?;
    found
        .filter(|_| reader.programme() == Some(own.programme()))
        .map(|envelope| (entries, files, envelope))
        .ok_or(HandOverError::OtherFile)
}

impl From<TakeError> for HandOverError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::Roster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}
