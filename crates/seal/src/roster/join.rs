//! Joining two sides of a roster that was split.

use wire::{RosterAct, RosterEntry, RosterPosition};

use super::Roster;
use super::apply::epoch;

impl Roster {
    /// Takes in the entries of the other side. What of them contradicts this side is dropped; an epoch whose number is
    /// taken is kept beside the one here, because something may be sealed to it already.
    pub(super) fn join(&mut self, entries: &[RosterEntry]) -> Result<(), &'static str> {
        let first = entries.first().ok_or("it joins nothing")?;
        let mut before = RosterPosition {
            height: first.height.saturating_sub(1),
            head: first.previous,
        };
        if !self.holds(&before) || self.holds(&first.position()) {
            return Err("what it joins does not part from this roster");
        }
        let mut joined = self.clone();
        for entry in entries {
            let follows = entry.programme == self.programme
                && entry.height == before.height + 1
                && entry.previous == before.head;
            if !follows {
                return Err("what it joins is not one side of a split");
            }
            before = entry.position();
            joined.aside.insert((before.height, before.head));
            joined.take_over(entry)?;
        }
        *self = joined;
        Ok(())
    }

    fn take_over(&mut self, entry: &RosterEntry) -> Result<(), &'static str> {
        match self.check_author(entry) {
            Ok(()) => {}
            // A revoked author's acts do not count any more; the coordinator who joins saw that.
            Err(super::RosterError::NotAllowed(author)) if self.revoked.contains_key(&author) => {
                return Ok(());
            }
            Err(_) => return Err("a joined entry is not signed by who may write it"),
        }
        if self.apply(entry).is_ok() {
            return Ok(());
        }
        if let RosterAct::Epoch {
            compartment,
            number,
            public,
            seeds,
            name,
        } = &entry.act
            && self.check_epoch(*compartment, seeds).is_ok()
        {
            self.alternates
                .push(epoch(*compartment, *number, public, seeds, name));
        }
        Ok(())
    }
}
