//! Taking in a book: the seeds of epochs that are older than this desk. And what stays shut without one.

use seal::book::{self, BOOK};

use super::*;

/// Keeps the seeds that a coordinator handed to this desk, and lets what they open be opened.
pub(super) fn open(db: &Connection, reading: &Reading<'_>, verified: &Verified) -> Result<(), Shut> {
    let header = verified.header();
    let (part, sealed) = match (
        header.recipient == Some(reading.me.member),
        parts_here(verified).next(),
    ) {
        (true, Some(found)) => found,
        _ => return Err(Shut::NotForUs),
    };
    if part.key != KeyName::Member(reading.me.kem.id()) {
        return Err(Shut::Wrong(
            "the book is sealed to a key this desk does not have".into(),
        ));
    }
    let opened = open_with(&reading.me.kem, BOOK, &context(header, part).aad(), sealed).map_err(wrong)?;
    let role = reading.roster.member(&reading.me.member).map(|me| me.role);
    let mut any = false;
    for seed in book::from_bytes(&opened).map_err(wrong)? {
        let own = |epoch: &&seal::roster::Epoch| {
            (epoch.compartment, epoch.number) == (seed.compartment, seed.number)
                && epoch.public == seed.key.public()
        };
        // A seed that is no epoch's would let nobody read anything, and one of a compartment that is not this desk's
        // to read would tell the relay's clearance to go by something else than the role.
        let may = role.is_some_and(|role| role.reads(seed.compartment));
        if may && reading.roster.epochs().any(|epoch| own(&epoch)) {
            keys::keep_epoch_key(db, seed.compartment, seed.number, &seed.key)?;
            any = true;
        }
    }
    if any {
        keys::try_shut_again(db)?;
        envelopes::try_kept_again(db)?;
    }
    Ok(())
}

/// Returns whether an epoch's key is not here and will not come by roster: the epoch is older than this desk.
pub(super) fn is_closed(
    db: &Connection,
    reading: &Reading<'_>,
    compartment: CompartmentId,
    key: KeyName,
) -> Result<bool, StoreError> {
    let KeyName::Epoch(number) = key else {
        return Ok(false);
    };
    if !keys::keys_of_epoch(db, compartment, number)?.is_empty() {
        return Ok(false);
    }
    let mut epochs = reading
        .roster
        .epochs()
        .filter(|epoch| (epoch.compartment, epoch.number) == (compartment, number))
        .peekable();
    Ok(epochs.peek().is_some()
        && epochs.all(|epoch| epoch.seeds.iter().all(|seed| seed.member != reading.me.member)))
}

/// Returns whether a record's part was written with a key that was only handed to epochs closed to this node.
pub(super) fn is_shut(
    db: &Connection,
    reading: &Reading<'_>,
    header: &Header,
    part: &PartHeader,
) -> Result<bool, StoreError> {
    match part.key {
        KeyName::Chain { chain, .. } => keys::is_shut(db, chain),
        KeyName::Granted(_) => {
            let grants = envelopes::grants_of(db, RecordId::from_bytes(header.subject))?;
            let granted = grants.iter().flat_map(|grant| &grant.parts);
            for granted in granted.filter(|granted| granted.compartment == part.compartment) {
                if is_closed(db, reading, granted.compartment, granted.key)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}
