//! Taking in the one-time keys that devices post: desks keep them, to seal grants to.

use seal::fresh_keys::FreshKeys;

use super::*;
use crate::store::fresh_keys;

pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    if !reading.roster.is_desk(&reading.me.member) {
        return Err(Shut::NotForUs);
    }
    let keys = FreshKeys::from_bytes(&open_for_members(reading, verified)?).map_err(wrong)?;
    for (place, key) in keys.0.iter().enumerate() {
        fresh_keys::keep(db, header.author, key, (header.sequence, place))?;
    }
    Ok(())
}
