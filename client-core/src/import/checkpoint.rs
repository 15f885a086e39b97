//! Reading what a desk confirms.

use rusqlite::Connection;
use seal::verify::envelope::Verified;
use wire::Checkpoint;

use super::{Reading, Shut, open_for_members, wrong};
use crate::store::confirming;

pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let checkpoint = Checkpoint::from_bytes(&open_for_members(reading, verified)?).map_err(wrong)?;
    let place = (header.incarnation, header.sequence);
    confirming::keep(db, header.author, place, &checkpoint.reaches)?;
    Ok(())
}
