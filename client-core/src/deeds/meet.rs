//! Two members meet without a relay: over a local network, each gives the other what it lacks.
//!
//! They take turns, so that a slow one is never written to while it writes. First each learns which roster the other has,
//! and the one that is behind is told; only then is it decided whether the other is a member. What comes goes the way of a
//! bundle ([`crate::deeds::carry`]): verified, taken in transactions, twice as good as once. A cut costs what is under
//! way, and the next meeting goes on behind it.

use std::collections::{HashMap, HashSet};
use std::io;

use seal::roster::Roster;
use serde::Serialize;
use thiserror::Error;
use wire::frame::{MAX_MARKS, MAX_PIECE};
use wire::{
    DecodeError, Frame, Held, Hello, LogId, Mark, MemberId, Refusal, RefusalCode, RosterEntry, RosterHead,
    RosterPosition, SignPublic,
};

use self::talk::{Talk, Wish, breach};
use crate::Notebook;
use crate::deeds::carry::{CarryError, CarryReport};
use crate::deeds::sync::SyncError;
use crate::import::roster::Through;
use crate::link::LinkTimeouts;
use crate::link::peer::{PeerCall, PeerLinkError, PeerListener};
use crate::notebook::NoProgramme;
use crate::store::{Store, StoreError, envelopes, meeting, myself, pieces, roster};

mod talk;

/// Why two members did not give each other everything. What was taken before stays; meet again.
#[derive(Debug, Error)]
pub enum MeetError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// There is no connection.
    #[error(transparent)]
    Link(#[from] PeerLinkError),
    /// The connection was cut.
    #[error("the connection was cut: {0}. What came before stays; meet again")]
    Cut(#[from] io::Error),
    /// The other end speaks another version, or something else.
    #[error("the other end does not keep to how members meet: {0}")]
    Breach(#[from] DecodeError),
    /// The other end belongs to another programme.
    #[error("the other end belongs to another programme")]
    OtherProgramme,
    /// The other end is no member as far as is known here.
    #[error(
        "the other end is no member that this notebook knows of, nor did it bring a roster that has it; nothing was \
         given to it. Let one of the two sync with the relay or a desk first"
    )]
    Stranger,
    /// The other end is the same member.
    #[error("this is the same notebook, or a copy of it: nothing was given to it")]
    Myself,
    /// The other end was a member.
    #[error("{0} was revoked, or its membership is over: it was told so, and given nothing else")]
    Ended(MemberId),
    /// The other end refuses.
    #[error("the other end refuses: {0}")]
    Refused(String),
    /// What came is not taken.
    #[error(transparent)]
    Taking(#[from] CarryError),
    /// What follows from what came cannot be done.
    #[error(transparent)]
    After(Box<SyncError>),
    /// The notebook cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SyncError> for MeetError {
    fn from(error: SyncError) -> Self {
        Self::After(Box::new(error))
    }
}

/// What a meeting brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeetReport {
    /// Who the other one is.
    pub member: MemberId,
    /// Envelopes that were given to it.
    pub given: u64,
    /// What it gave.
    #[serde(flatten)]
    pub taken: CarryReport,
}

/// How many frames are taken in one transaction.
const BATCH: usize = 256;
impl Notebook {
    /// Awaits other members at an address of this machine, like `0.0.0.0:4711`; port 0 lets the system choose.
    ///
    /// # Errors
    /// There is no programme, or the address is taken.
    pub fn await_peers(&self, address: &str, timeouts: LinkTimeouts) -> Result<PeerListener, MeetError> {
        self.store
            .read(myself::programme)?
            .ok_or(NoProgramme::NotJoined)?;
        Ok(PeerListener::bind(address, &self.me.sign, timeouts)?)
    }

    /// Calls a member that awaits others at an address, like `192.168.1.7:4711`.
    ///
    /// # Errors
    /// There is no programme, or nobody answers who proves a key.
    pub fn call_peer(&self, address: &str, timeouts: LinkTimeouts) -> Result<PeerCall, MeetError> {
        self.store
            .read(myself::programme)?
            .ok_or(NoProgramme::NotJoined)?;
        Ok(PeerCall::to(address, &self.me.sign, timeouts)?)
    }

    /// Gives another member what it lacks, and takes what is lacking here.
    ///
    /// # Errors
    /// The other end is no member, or the connection was cut: what came before stays.
    pub fn meet(&mut self, call: PeerCall) -> Result<MeetReport, MeetError> {
        self.let_expire().map_err(SyncError::from)?;
        self.post_keys().map_err(SyncError::from)?;
        let PeerCall {
            stream, key, called, ..
        } = call;
        let mut talk = Talk::over(stream);
        let mut taken = CarryReport::default();
        let met = if called {
            self.speak_second(&mut talk, key, &mut taken)
        } else {
            self.speak_first(&mut talk, key, &mut taken)
        };
        // Also after a cut: what came may ask something of this node.
        self.follow_up()?;
        let (member, given) = met?;
        Ok(MeetReport { member, given, taken })
    }

    /// The turns of whoever called.
    fn speak_first(
        &mut self,
        talk: &mut Talk,
        key: SignPublic,
        taken: &mut CarryReport,
    ) -> Result<(MemberId, u64), MeetError> {
        let own = self.greeting()?;
        talk.say(&Frame::Hello(own.clone()))?;
        talk.turn()?;
        let theirs = talk.hello()?;
        let entries = talk.entries()?;
        self.take_entries(entries, taken)?;
        check_programme(&own, &theirs)?;
        self.tell_roster(talk, &theirs, key)?;
        let member = self.admit_to_meeting(talk, &theirs, key)?;
        self.tell_what_is_here(talk)?;
        talk.turn()?;
        let mut wish = talk.wish()?;
        let mut given = self.give(talk, member, &mut wish)?;
        talk.turn()?;
        self.take(talk, taken)?;
        // What was opened now is confirmed at once.
        self.confirm()?;
        given += self.give(talk, member, &mut wish)?;
        talk.turn()?;
        Ok((member, given))
    }

    /// The turns of whoever was called.
    fn speak_second(
        &mut self,
        talk: &mut Talk,
        key: SignPublic,
        taken: &mut CarryReport,
    ) -> Result<(MemberId, u64), MeetError> {
        let theirs = talk.hello()?;
        talk.rest_of_turn()?;
        let own = self.greeting()?;
        // A stranger learns of no programme that it does not know.
        check_programme(&own, &theirs)?;
        talk.say(&Frame::Hello(own))?;
        self.tell_roster(talk, &theirs, key)?;
        talk.turn()?;
        let entries = talk.entries_before_wish()?;
        self.take_entries(entries, taken)?;
        let member = self.admit_to_meeting(talk, &theirs, key)?;
        let mut wish = talk.wish()?;
        self.tell_what_is_here(talk)?;
        talk.turn()?;
        self.take(talk, taken)?;
        self.confirm()?;
        let given = self.give(talk, member, &mut wish)?;
        talk.turn()?;
        self.take(talk, taken)?;
        Ok((member, given))
    }

    fn greeting(&self) -> Result<Hello, MeetError> {
        let programme = self
            .store
            .read(myself::programme)?
            .ok_or(NoProgramme::NotJoined)?;
        Ok(Hello {
            programme: programme.id,
            member: self.me.member,
            cursor: 0,
            log: LogId([0; 8]),
            roster: self
                .roster
                .as_ref()
                .map_or(RosterPosition::EMPTY, Roster::position),
            nonce: Vec::new(),
            wants: Vec::new(),
            probe: false,
        })
    }

    /// Sends the other end the roster entries it lacks, if it is known here: whoever is ahead knows the other.
    fn tell_roster(&self, talk: &mut Talk, theirs: &Hello, key: SignPublic) -> Result<(), MeetError> {
        let Some(own) = self
            .roster
            .as_ref()
            .filter(|own| is_key_of(own, theirs.member, key))
        else {
            return Ok(());
        };
        let all = self.store.read(roster::all)?;
        let lacks = match above(&all, &theirs.roster) {
            Some(lacks) => lacks,
            // It is ahead, and tells what is lacking here.
            None if theirs.roster.height > own.position().height => Vec::new(),
            None => all.iter().collect(),
        };
        lacks
            .into_iter()
            .try_for_each(|entry| talk.say(&Frame::Roster(entry.clone())))
    }

    fn take_entries(&mut self, entries: Vec<RosterEntry>, taken: &mut CarryReport) -> Result<(), MeetError> {
        if self.roster.is_none() && !entries.is_empty() {
            self.take_first_roster(&entries, Through::Hand)
                .map_err(CarryError::from)?;
            taken.roster_entries += entries.len() as u64;
            return Ok(());
        }
        Ok(self.take_frames(entries.into_iter().map(Frame::Roster).collect(), taken)?)
    }

    /// Makes sure that the other end is a member, now that both have the same roster.
    fn admit_to_meeting(
        &mut self,
        talk: &mut Talk,
        theirs: &Hello,
        key: SignPublic,
    ) -> Result<MemberId, MeetError> {
        let member = theirs.member;
        let now = self.now().as_second();
        let (error, hint) = match &self.roster {
            _ if member == self.me.member => (MeetError::Myself, "this is a copy of your own notebook"),
            None => (MeetError::Stranger, "this device waits for the roster itself"),
            Some(own) if !is_key_of(own, member, key) => (
                MeetError::Stranger,
                "you are no member as far as is known here; sync with the relay or a desk first",
            ),
            Some(own) if own.revocation(&member).is_some() || own.is_expired(&member, now) => {
                (MeetError::Ended(member), "you are a member no more")
            }
            Some(_) => {
                talk.trust()?;
                return Ok(member);
            }
        };
        talk.say(&Frame::Refused(Refusal {
            code: RefusalCode::UnknownMember,
            hint: hint.to_owned(),
            height: 0,
            nonce: Vec::new(),
        }))?;
        talk.flush()?;
        Err(error)
    }

    fn tell_what_is_here(&self, talk: &mut Talk) -> Result<(), MeetError> {
        let (marks, unfinished) = self
            .store
            .read(|db| Ok::<_, StoreError>((meeting::marks(db)?, meeting::unfinished_pieces(db)?)))?;
        for marks in marks.chunks(MAX_MARKS) {
            talk.say(&Frame::Have(marks.to_vec()))?;
        }
        unfinished
            .into_iter()
            .try_for_each(|held| talk.say(&Frame::Held(held)))
    }

    /// Sends what the other end lacks, and notes that it has that now. Returns how many envelopes it was.
    fn give(&self, talk: &mut Talk, member: MemberId, wish: &mut Wish) -> Result<u64, MeetError> {
        let is_desk = self.roster.as_ref().is_some_and(|own| own.is_desk(&member));
        let ids = self
            .store
            .read(|db| meeting::lacking(db, member, is_desk, &wish.has))?;
        let mut given = 0;
        for id in ids {
            wish.has.insert(Mark::of(&id));
            let Some(envelope) = self.store.read(|db| envelopes::get(db, id))? else {
                continue;
            };
            let declared: Vec<_> = pieces::declared(&envelope.header)
                .map(|(_, part)| part.hash)
                .collect();
            talk.say(&Frame::Push(envelope))?;
            given += 1;
            for part in declared {
                give_piece(talk, &self.store, Held { part, offset: 0 })?;
            }
        }
        for held in std::mem::take(&mut wish.unfinished) {
            give_piece(talk, &self.store, held)?;
        }
        Ok(given)
    }

    /// Takes what the other end gives, until its turn is over.
    fn take(&mut self, talk: &mut Talk, taken: &mut CarryReport) -> Result<(), MeetError> {
        let mut batch = Vec::new();
        loop {
            let frame = talk.hear();
            let over = !matches!(
                frame,
                Ok(Frame::Roster(_) | Frame::Push(_) | Frame::Piece(_) | Frame::Unknown(_))
            );
            if over || batch.len() >= BATCH {
                self.take_frames(std::mem::take(&mut batch), taken)?;
            }
            match frame? {
                Frame::Turn => return Ok(()),
                _ if over => return Err(breach("something else than envelopes came")),
                frame => batch.push(frame),
            }
        }
    }
}

fn give_piece(talk: &mut Talk, store: &Store, held: Held) -> Result<(), MeetError> {
    let Held { part, mut offset } = held;
    if !store.read(|db| meeting::has_piece(db, &part))? {
        return Ok(());
    }
    loop {
        let piece = store.read(|db| pieces::read(db, part, offset, MAX_PIECE))?;
        let length = piece.bytes.len();
        if length > 0 {
            talk.say(&Frame::Piece(piece))?;
        }
        if length < MAX_PIECE {
            return Ok(());
        }
        offset += length as u64;
    }
}

fn check_programme(own: &Hello, theirs: &Hello) -> Result<(), MeetError> {
    match own.programme == theirs.programme {
        true => Ok(()),
        false => Err(MeetError::OtherProgramme),
    }
}

/// Returns whether a member has this signing key.
fn is_key_of(own: &Roster, member: MemberId, key: SignPublic) -> bool {
    own.member(&member).is_some_and(|member| member.card.sign == key)
}

/// Returns the entries that do not lie at or below a position, or nothing if the position is unknown.
fn above<'a>(all: &'a [RosterEntry], position: &RosterPosition) -> Option<Vec<&'a RosterEntry>> {
    let by_head: HashMap<RosterHead, &RosterEntry> = all.iter().map(|entry| (entry.head(), entry)).collect();
    let mut below = HashSet::new();
    let mut head = position.head;
    while head != RosterPosition::EMPTY.head {
        below.insert(head);
        head = by_head.get(&head)?.previous;
    }
    Some(
        all.iter()
            .filter(|entry| !below.contains(&entry.head()))
            .collect(),
    )
}

#[cfg(test)]
mod tests;
