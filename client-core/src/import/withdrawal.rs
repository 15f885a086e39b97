//! Withdrawals: by its header alone, one hides its record; whoever can open it learns for which purpose.

use rusqlite::Connection;
use seal::part;
use seal::roster::may_withdraw;
use seal::verify::envelope::Verified;
use wire::RecordId;

use super::{Reading, Shut, context, part_key, parts_here, unpack, wrong};
use crate::deeds::withdraw::Said;
use crate::store::erasure;

/// Hides a record, and reads why.
pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let role = reading.roster.member(&header.author).map(|author| author.role);
    if !role.is_some_and(may_withdraw) {
        return Err(Shut::Wrong("its author may not withdraw records".into()));
    }
    let record = RecordId::from_bytes(header.subject);
    erasure::hide(db, verified.id(), record, header.author)?;
    let mut opened = false;
    for (part, sealed) in parts_here(verified) {
        let Some(key) = part_key(db, header, part)? else {
            if reading.reads(part.compartment) {
                return Err(Shut::Not("its key has not come yet"));
            }
            continue;
        };
        let packed = part::open(&key, &context(header, part), sealed).map_err(wrong)?;
        let said = Said::from_bytes(&unpack(db, &packed)?).map_err(wrong)?;
        erasure::explain(db, verified.id(), &said)?;
        opened = true;
    }
    if opened { Ok(()) } else { Err(Shut::NotForUs) }
}
