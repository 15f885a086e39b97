//! Building a roster from all entries that were ever seen, also where two follow one.

use std::collections::BTreeMap;

use wire::{RosterAct, RosterEntry, RosterHead};

use super::{Roster, RosterError};

/// All entries, by the head they follow.
struct Tree<'a> {
    followers: BTreeMap<RosterHead, Vec<&'a RosterEntry>>,
}

impl Roster {
    /// Builds the roster from entries in any order, of which two may follow one.
    ///
    /// Where that is so and no join covers it, the roster is split: what stands before holds, the revocations of all
    /// sides hold, and nothing else does ([`Roster::is_split`]).
    ///
    /// # Errors
    /// There is no founding. Entries that are not part of the roster are left out.
    pub fn from_tree<'a>(entries: impl IntoIterator<Item = &'a RosterEntry>) -> Result<Self, RosterError> {
        let mut founding = None;
        let mut followers: BTreeMap<RosterHead, Vec<&RosterEntry>> = BTreeMap::new();
        for entry in entries {
            if matches!(entry.act, RosterAct::Found { .. }) {
                founding = founding.or(Some(entry));
            } else {
                let known = followers.entry(entry.previous).or_default();
                if known.iter().all(|other| other.head() != entry.head()) {
                    known.push(entry);
                }
            }
        }
        let roster = Self::begin(founding.ok_or(RosterError::NotFounded)?)?;
        Ok(Tree { followers }.grow(roster))
    }
}

impl Tree<'_> {
    fn grow(&self, mut roster: Roster) -> Roster {
        loop {
            let followers = self.followers.get(&roster.position().head);
            let followers = followers.map(Vec::as_slice).unwrap_or_default();
            if let [only] = followers {
                match roster.append(only) {
                    Ok(()) => continue,
                    Err(_) => return roster,
                }
            }
            // Only what holds can split a roster: anybody can make up an entry that does not.
            let mut sides: Vec<(&RosterEntry, Roster)> = Vec::new();
            for entry in followers {
                let mut next = roster.clone();
                if next.append(entry).is_ok() {
                    sides.push((entry, next));
                }
            }
            if sides.len() > 1 {
                return self.split(roster, sides);
            }
            match sides.pop() {
                Some((_, next)) => roster = next,
                None => return roster,
            }
        }
    }

    /// Follows the side that joins all others, if there is one; else keeps what stands before them.
    fn split(&self, before: Roster, sides: Vec<(&RosterEntry, Roster)>) -> Roster {
        let heads: Vec<_> = sides.iter().map(|(entry, _)| entry.position()).collect();
        let grown: Vec<Roster> = sides.into_iter().map(|(_, side)| self.grow(side)).collect();
        if let Some(main) = grown
            .iter()
            .find(|side| !side.split && heads.iter().all(|head| side.holds(head)))
        {
            return main.clone();
        }
        let mut roster = before;
        for side in &grown {
            for (member, revocation) in &side.revoked {
                // Refused only if it would leave no coordinator, and then nobody could join the sides.
                let _ = roster.revoke(revocation.height, member, &revocation.trusted);
            }
            let above = side.heads.iter().enumerate().skip(roster.heads.len());
            roster
                .aside
                .extend(above.map(|(index, head)| (index as u64 + 1, *head)));
            roster.aside.extend(side.aside.iter().copied());
        }
        roster.split = true;
        roster
    }
}
