//! The roster as people see it: how it stands with this node, and joining both sides once it was split.

use seal::keys::SignKey;
use seal::roster::{Roster, RosterError, Sides, write};
use serde::Serialize;
use thiserror::Error;
use wire::roster_entry::{MAX_ACT, MAX_JOINED};
use wire::{MemberId, RosterAct, RosterEntry};

use crate::Notebook;
use crate::import::roster::{TakeError, Through, take};
use crate::import::{self, Reading};
use crate::notebook::NoProgramme;
use crate::store::{StoreError, roster};

/// Why the sides of a split roster were not joined. The roster is as it was.
#[derive(Debug, Error)]
pub enum JoinRosterError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// The roster is not split.
    #[error("the roster is not split: there is nothing to join")]
    NotSplit,
    /// Only coordinators join; protection officers join revocations.
    #[error("only a coordinator joins the sides of a roster; this notebook is not one")]
    NotAllowed,
    /// The roster does not take what would join it.
    #[error("the roster cannot be joined: {0}")]
    Roster(#[from] RosterError),
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How it stands with the roster, and with this node on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// How many entries hold here.
    pub height: u64,
    /// The hash of the last one.
    pub head: String,
    /// The number of the first entry that two desks wrote without knowing of one another, if no coordinator has joined
    /// them yet. What stands before it holds, and the revocations of both sides.
    pub split: Option<u64>,
    /// Whether this node was revoked.
    pub revoked: bool,
    /// Whether this node's membership has ended.
    pub expired: bool,
    /// Whether somebody who is not trusted any more has keys that are written with still: a coordinator rotates them.
    pub rotation_due: bool,
}

impl Notebook {
    /// Returns how it stands with the roster.
    pub fn standing(&self) -> Result<Standing, NoProgramme> {
        let roster = self.roster.as_ref().ok_or_else(|| self.no_roster())?;
        let position = roster.position();
        Ok(Standing {
            height: position.height,
            head: position.head.to_string(),
            split: roster.is_split().then_some(position.height + 1),
            revoked: self.is_revoked(),
            expired: roster.is_expired(&self.me.member, self.now().as_second()),
            rotation_due: roster.needs_new_keys(),
        })
    }

    /// Joins the sides of a roster that was split, so that what was done on each holds. Returns how many entries were
    /// joined to the main side, which is the relay's if it has one of them.
    ///
    /// A sync does this by itself where the relay was faster than this desk; by hand it is done where two sides met
    /// without a relay.
    pub fn join_roster(&mut self) -> Result<u64, JoinRosterError> {
        let mut own = self.roster.clone().ok_or_else(|| self.no_roster())?;
        if !own.is_split() {
            return Err(JoinRosterError::NotSplit);
        }
        if !own.may_erase(&self.me.member) {
            return Err(JoinRosterError::NotAllowed);
        }
        let Joining { joins, .. } = self.joining(&own)?;
        let (me, merger, now) = (&self.me, &self.merger, self.now().as_second());
        self.store.write(|tx| {
            take(tx, me, &mut own, &joins, Through::Hand)?;
            import::retry(tx, &Reading::new(tx, me, merger, &own, now)?)?;
            Ok::<_, JoinRosterError>(())
        })?;
        self.roster = Some(own);
        let joined = joins.iter().map(|join| match &join.act {
            RosterAct::Join { entries } => entries.len() as u64,
            _ => 0,
        });
        Ok(joined.sum())
    }

    /// Signs what joins the sides of a split roster. Nothing of it is kept yet.
    pub(crate) fn joining(&self, own: &Roster) -> Result<Joining, JoinRosterError> {
        let all = self.store.read(roster::all)?;
        let Sides { mut main, others } = Roster::sides(&all)?;
        let on_main =
            |entry: &RosterEntry| main.on_chain(&entry.position()) && !own.on_chain(&entry.position());
        let mut ahead: Vec<RosterEntry> = all.iter().filter(|entry| on_main(entry)).cloned().collect();
        ahead.sort_by_key(|entry| entry.height);
        let mine = |entry: &RosterEntry| entry.author == self.me.member;
        let overtaken = others.iter().flatten().any(mine);
        let joins = joins(&mut main, others, (self.me.member, &self.me.sign))?;
        Ok(Joining {
            ahead,
            joins,
            overtaken,
        })
    }
}

/// Signs what joins other sides to the main one, which grows by it.
pub(crate) fn joins(
    main: &mut Roster,
    others: Vec<Vec<RosterEntry>>,
    (author, key): (MemberId, &SignKey),
) -> Result<Vec<RosterEntry>, RosterError> {
    let mut joins = Vec::new();
    for entries in others.into_iter().flat_map(portions) {
        let join = write::next(main, author, RosterAct::Join { entries }, key);
        main.append(&join)?;
        joins.push(join);
    }
    Ok(joins)
}

/// Cuts a side into what one join holds each.
fn portions(side: Vec<RosterEntry>) -> Vec<Vec<RosterEntry>> {
    let mut portions: Vec<Vec<RosterEntry>> = vec![Vec::new()];
    let mut bytes = 0;
    for entry in side {
        // With room for the lengths that stand before each.
        let length = entry.to_bytes().len() + 8;
        let full = |portion: &Vec<RosterEntry>| {
            portion.len() >= MAX_JOINED || (!portion.is_empty() && bytes + length > MAX_ACT - 16)
        };
        if portions.last().is_some_and(full) {
            portions.push(Vec::new());
            bytes = 0;
        }
        bytes += length;
        if let Some(portion) = portions.last_mut() {
            portion.push(entry);
        }
    }
    portions
}

/// What brings a split roster together.
pub(crate) struct Joining {
    /// The entries of the main side that do not hold here while the roster is split.
    pub(crate) ahead: Vec<RosterEntry>,
    /// What joins the other sides to it.
    pub(crate) joins: Vec<RosterEntry>,
    /// Whether entries of this node's own lie on another side.
    pub(crate) overtaken: bool,
}

impl From<TakeError> for JoinRosterError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Roster(error) => Self::Roster(error),
            TakeError::Store(error) => Self::Store(error),
        }
    }
}
