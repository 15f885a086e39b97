//! Writing the roster: the founding, desks and the recovery key by the root key, everything else by a desk.

use wire::{MemberId, ProgrammeId, RosterAct, RosterEntry, RosterPosition};

use super::Roster;
use crate::keys::SignKey;
use crate::sign::{Signing, sign};

/// Signs the founding of a programme; `act` must be [`RosterAct::Found`] and name the root key's public half.
pub fn found(programme: ProgrammeId, desk: MemberId, act: RosterAct, root: &SignKey) -> RosterEntry {
    write(programme, RosterPosition::EMPTY, desk, act, root)
}

/// Signs what would be the roster's next entry; `key` is the author's, or the root key where only that may sign.
/// [`Roster::append`] says whether it is allowed.
pub fn next(roster: &Roster, author: MemberId, act: RosterAct, key: &SignKey) -> RosterEntry {
    write(roster.programme(), roster.position(), author, act, key)
}

fn write(
    programme: ProgrammeId,
    after: RosterPosition,
    author: MemberId,
    act: RosterAct,
    key: &SignKey,
) -> RosterEntry {
    let (height, previous) = (after.height + 1, after.head);
    let mut entry = RosterEntry {
        programme,
        height,
        previous,
        author,
        act,
        signature: [0; 64],
    };
    entry.signature = sign(key, Signing::RosterEntry, &entry.body());
    entry
}
