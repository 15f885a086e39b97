//! What desks confirm: how far each is with what each author wrote.

use rusqlite::{Connection, OptionalExtension, named_params};
use wire::{CompartmentId, EnvelopeId, Header, Incarnation, Kind, MemberId, Reach};

use super::envelopes::Run;
use super::{StoreError, count, fixed};

/// Returns how far this node is with everybody else's work: where everything has arrived, and where all of that was
/// opened, or needs nothing more.
pub(crate) fn reaches(
    db: &Connection,
    me: MemberId,
    compartments: &[CompartmentId],
) -> Result<Vec<Reach>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT author, incarnation, sequence, id, state FROM envelope WHERE author <> :me
         ORDER BY author, incarnation, sequence, rowid",
    )?;
    let mut rows = statement.query(named_params! { ":me": me.as_bytes() })?;
    let mut reaches: Vec<(Reach, u64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let author = MemberId::from_bytes(fixed(row, "author")?);
        let incarnation: Incarnation = row.get("incarnation")?;
        let known = reaches.last().map(|(reach, _)| (reach.author, reach.incarnation));
        if known != Some((author, incarnation)) {
            let reach = Reach {
                author,
                incarnation,
                held: 0,
                last: EnvelopeId([0; 32]),
                opened: Vec::new(),
            };
            reaches.push((reach, 0));
        }
        let Some((reach, opened)) = reaches.last_mut() else {
            continue;
        };
        let sequence = count(row, "sequence")?;
        if sequence != reach.held + 1 {
            continue;
        }
        let all_before = *opened == reach.held;
        reach.held = sequence;
        reach.last = EnvelopeId(fixed(row, "id")?);
        let state: String = row.get("state")?;
        if all_before && matches!(state.as_str(), "opened" | "kept") {
            *opened = sequence;
        }
    }
    let finished = reaches.into_iter().filter(|(reach, _)| reach.held > 0);
    Ok(finished
        .map(|(reach, upto)| Reach {
            opened: compartments
                .iter()
                .map(|compartment| (*compartment, upto))
                .collect(),
            ..reach
        })
        .collect())
}

/// Keeps what a desk confirms, unless something newer of that desk is here. Returns whether it was newer.
pub(crate) fn keep(
    db: &Connection,
    desk: MemberId,
    place: (Incarnation, u64),
    reaches: &[Reach],
) -> Result<bool, StoreError> {
    let newer = db
        .prepare_cached(
            "INSERT INTO checkpoint (desk, incarnation, sequence) VALUES (:desk, :incarnation, :sequence)
             ON CONFLICT DO UPDATE SET incarnation = excluded.incarnation, sequence = excluded.sequence
             WHERE (excluded.incarnation, excluded.sequence) > (incarnation, sequence)",
        )?
        .execute(named_params! {
            ":desk": desk.as_bytes(), ":incarnation": place.0, ":sequence": place.1 as i64,
        })?;
    if newer == 0 {
        return Ok(false);
    }
    for table in ["confirmed", "confirmed_opened"] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE desk = :desk"))?
            .execute(named_params! { ":desk": desk.as_bytes() })?;
    }
    for reach in reaches {
        db.prepare_cached(
            "INSERT INTO confirmed (desk, author, incarnation, held, last)
             VALUES (:desk, :author, :incarnation, :held, :last)",
        )?
        .execute(named_params! {
            ":desk": desk.as_bytes(),
            ":author": reach.author.as_bytes(),
            ":incarnation": reach.incarnation,
            ":held": reach.held as i64,
            ":last": reach.last.as_bytes(),
        })?;
        for (compartment, upto) in &reach.opened {
            db.prepare_cached(
                "INSERT INTO confirmed_opened (desk, author, incarnation, compartment, upto)
                 VALUES (:desk, :author, :incarnation, :compartment, :upto) ON CONFLICT DO NOTHING",
            )?
            .execute(named_params! {
                ":desk": desk.as_bytes(),
                ":author": reach.author.as_bytes(),
                ":incarnation": reach.incarnation,
                ":compartment": compartment.0,
                ":upto": *upto as i64,
            })?;
        }
    }
    Ok(true)
}

/// What desks say of one incarnation of an author.
#[derive(Debug, Default)]
pub(crate) struct Confirmed {
    /// Up to where each desk has everything, and the envelope there.
    pub(crate) held: Vec<(u64, EnvelopeId)>,
    /// Up to where some desk has opened everything, for each compartment.
    pub(crate) opened: Vec<(CompartmentId, u64)>,
}

/// Returns what desks say of one incarnation of an author. A desk whose last envelope is another than the one here
/// speaks of another hand, and does not count.
pub(crate) fn of(
    db: &Connection,
    author: MemberId,
    incarnation: Incarnation,
) -> Result<Confirmed, StoreError> {
    let who = named_params! { ":author": author.as_bytes(), ":incarnation": incarnation };
    let mut statement = db.prepare_cached(
        "SELECT held, last FROM confirmed JOIN envelope ON envelope.id = confirmed.last
         WHERE confirmed.author = :author AND confirmed.incarnation = :incarnation AND sequence = held",
    )?;
    let rows = statement.query_map(who, |row| {
        Ok((count(row, "held")?, EnvelopeId(fixed(row, "last")?)))
    })?;
    let held = rows.collect::<Result<_, _>>()?;
    let mut statement = db.prepare_cached(
        "SELECT compartment, max(upto) AS upto FROM confirmed_opened AS opened
         JOIN confirmed USING (desk, author, incarnation) JOIN envelope ON envelope.id = confirmed.last
         WHERE opened.author = :author AND opened.incarnation = :incarnation AND sequence = held
         GROUP BY compartment",
    )?;
    let rows = statement.query_map(who, |row| {
        Ok((CompartmentId(row.get("compartment")?), count(row, "upto")?))
    })?;
    let opened = rows.collect::<Result<_, _>>()?;
    Ok(Confirmed { held, opened })
}

/// An envelope of this node's own.
pub(crate) struct Own {
    pub(crate) id: EnvelopeId,
    pub(crate) header: Header,
    /// Whether its parts were destroyed here, because a desk has them.
    pub(crate) forgotten: bool,
}

/// Returns this node's own envelopes that are sent, in order.
pub(crate) fn own(db: &Connection, me: MemberId) -> Result<Vec<Own>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id, header, outbox.state = 'forgotten' AS forgotten
         FROM outbox JOIN envelope ON envelope.id = outbox.envelope WHERE author = :me ORDER BY n",
    )?;
    let mut rows = statement.query(named_params! { ":me": me.as_bytes() })?;
    let mut own = Vec::new();
    while let Some(row) = rows.next()? {
        let header: Vec<u8> = row.get("header")?;
        let header =
            Header::from_bytes(&header).map_err(|_| StoreError::Unreadable("an envelope's header"))?;
        own.push(Own {
            id: EnvelopeId(fixed(row, "id")?),
            header,
            forgotten: row.get("forgotten")?,
        });
    }
    Ok(own)
}

/// Destroys the parts of an envelope of this node's own, which a desk has opened.
pub(crate) fn forget(db: &Connection, id: EnvelopeId) -> Result<(), StoreError> {
    let which = named_params! { ":id": id.as_bytes() };
    db.prepare_cached("DELETE FROM part WHERE envelope = :id")?
        .execute(which)?;
    db.prepare_cached("DELETE FROM piece WHERE envelope = :id")?
        .execute(which)?;
    db.prepare_cached("UPDATE outbox SET state = 'forgotten' WHERE envelope = :id")?
        .execute(which)?;
    Ok(())
}

/// Destroys the parts of what this node carried for others and cannot open, once the relay has it.
pub(crate) fn forget_carried(db: &Connection, me: MemberId) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM outbox JOIN envelope ON envelope.id = outbox.envelope
         WHERE author <> :me AND outbox.state = 'relayed' AND envelope.state = 'kept'
               AND NOT EXISTS (SELECT 1 FROM piece WHERE piece.envelope = id AND bytes <> x'' AND relayed < length)",
    )?;
    let rows = statement.query_map(named_params! { ":me": me.as_bytes() }, |row| {
        fixed(row, "id").map(EnvelopeId)
    })?;
    let carried: Vec<EnvelopeId> = rows.collect::<Result<_, _>>()?;
    carried.into_iter().try_for_each(|id| forget(db, id))
}

/// Returns what another desk says it has of each author behind the last that is here: from the first to the last.
pub(crate) fn only_elsewhere(db: &Connection, me: MemberId) -> Result<Vec<(MemberId, Run)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT author, held, last FROM (
             SELECT author, max(held) AS held,
                    coalesce((SELECT max(sequence) FROM envelope
                              WHERE envelope.author = confirmed.author
                                    AND envelope.incarnation = confirmed.incarnation), 0) AS last
             FROM confirmed WHERE desk <> :me AND author <> :me GROUP BY author, incarnation)
         WHERE held > last ORDER BY author, last",
    )?;
    let rows = statement.query_map(named_params! { ":me": me.as_bytes() }, |row| {
        let run = (count(row, "last")? + 1, count(row, "held")?);
        Ok((MemberId::from_bytes(fixed(row, "author")?), run))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Returns the place of this desk's last checkpoint, if it wrote one.
pub(crate) fn last_of(db: &Connection, desk: MemberId) -> Result<Option<EnvelopeId>, StoreError> {
    let sql = "SELECT id FROM envelope WHERE author = :desk AND kind = :kind
               ORDER BY incarnation DESC, sequence DESC LIMIT 1";
    Ok(db
        .prepare_cached(sql)?
        .query_row(
            named_params! { ":desk": desk.as_bytes(), ":kind": Kind::CHECKPOINT.0 },
            |row| fixed(row, "id").map(EnvelopeId),
        )
        .optional()?)
}
