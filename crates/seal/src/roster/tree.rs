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
        let (roster, tree) = Tree::plant(entries)?;
        Ok(tree.grow(roster))
    }

    /// Returns the sides of a split roster, for a coordinator to join. Of entries that follow one, the first given
    /// leads to the main side, unless another side joins it already.
    ///
    /// # Errors
    /// There is no founding. Entries that are not part of the roster are left out.
    pub fn sides<'a>(entries: impl IntoIterator<Item = &'a RosterEntry>) -> Result<Sides, RosterError> {
        let (roster, tree) = Tree::plant(entries)?;
        let Path { end: main, aside, .. } = tree.follow(roster);
        let apart = |side: &Vec<RosterEntry>| !side.iter().all(|entry| main.holds(&entry.position()));
        let others = aside.into_iter().filter(apart).collect();
        Ok(Sides { main, others })
    }
}

/// What a join has to bring together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sides {
    /// The side that goes on.
    pub main: Roster,
    /// The others, each from where it parts from the main side or from one before it in this list.
    pub others: Vec<Vec<RosterEntry>>,
}

/// One way through the tree.
struct Path {
    /// The roster at its end.
    end: Roster,
    /// The entries on it.
    entries: Vec<RosterEntry>,
    /// What parts from it.
    aside: Vec<Vec<RosterEntry>>,
}

impl<'a> Tree<'a> {
    fn plant(entries: impl IntoIterator<Item = &'a RosterEntry>) -> Result<(Roster, Self), RosterError> {
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
        let roster = Roster::begin(founding.ok_or(RosterError::NotFounded)?)?;
        Ok((roster, Self { followers }))
    }

    /// Returns the entries that follow a roster and hold, each with the roster that it makes.
    fn next(&self, roster: &Roster) -> Vec<(&'a RosterEntry, Roster)> {
        let followers = self.followers.get(&roster.position().head);
        let followers = followers.map(Vec::as_slice).unwrap_or_default().iter();
        followers
            .filter_map(|entry| {
                let mut next = roster.clone();
                next.append(entry).ok().map(|()| (*entry, next))
            })
            .collect()
    }

    /// Goes on as far as one entry follows another and no second one does. Returns what was appended.
    fn straight(&self, roster: &mut Roster) -> Vec<&'a RosterEntry> {
        let mut passed = Vec::new();
        while let Some([only]) = self.followers.get(&roster.position().head).map(Vec::as_slice)
            && roster.append(only).is_ok()
        {
            passed.push(*only);
        }
        passed
    }

    fn follow(&self, roster: Roster) -> Path {
        let mut path = Path {
            end: roster,
            entries: Vec::new(),
            aside: Vec::new(),
        };
        loop {
            let passed = self.straight(&mut path.end);
            path.entries.extend(passed.into_iter().cloned());
            let mut sides = self.next(&path.end);
            if sides.len() < 2 {
                let Some((entry, next)) = sides.pop() else {
                    return path;
                };
                path.entries.push(entry.clone());
                path.end = next;
                continue;
            }
            let heads: Vec<_> = sides.iter().map(|(entry, _)| entry.position()).collect();
            let ways = sides.into_iter().map(|(entry, next)| {
                let mut way = self.follow(next);
                way.entries.insert(0, entry.clone());
                way
            });
            let mut ways: Vec<Path> = ways.collect();
            let joined = ways
                .iter()
                .position(|way| heads.iter().all(|head| way.end.holds(head)));
            let main = ways.remove(joined.unwrap_or(0));
            path.end = main.end;
            path.entries.extend(main.entries);
            path.aside.extend(main.aside);
            for other in ways {
                path.aside.push(other.entries);
                path.aside.extend(other.aside);
            }
            return path;
        }
    }

    fn grow(&self, mut roster: Roster) -> Roster {
        loop {
            self.straight(&mut roster);
            // Only what holds can split a roster: anybody can make up an entry that does not.
            let mut sides = self.next(&roster);
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
