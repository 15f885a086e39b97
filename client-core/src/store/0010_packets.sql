-- The highest time seen, in unix seconds: by this node's own clock and uptime alone, and with the relay's word.
ALTER TABLE self ADD COLUMN highest_clock INTEGER NOT NULL DEFAULT 0;
ALTER TABLE self ADD COLUMN highest INTEGER NOT NULL DEFAULT 0;
-- Where the audit ends: an end that was cut off shows.
ALTER TABLE self ADD COLUMN audit_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE self ADD COLUMN audit_head BLOB NOT NULL
    DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';

-- Secret halves of this device's one-time keys.
CREATE TABLE once_key (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    seed BLOB NOT NULL,
    -- posted: desks have the public half, for grants. offered: one other device was shown it, for one draft.
    use TEXT NOT NULL CHECK (use IN ('posted', 'offered'))
) STRICT;

-- Grants that were opened here. The key they are sealed to lasts until none of them needs it.
CREATE TABLE held_grant (
    envelope BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    once_key BLOB NOT NULL REFERENCES once_key (id) ON DELETE CASCADE,
    -- The desk, and how many grants it sealed to the key.
    author BLOB NOT NULL,
    shared INTEGER NOT NULL,
    -- Unix seconds; 0 for never.
    expires INTEGER NOT NULL,
    spent INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- At a desk: public halves that devices posted.
CREATE TABLE fresh_key (
    member BLOB NOT NULL,
    id BLOB NOT NULL,
    -- Where it was posted: the author's sequence, and the place in that envelope.
    sequence INTEGER NOT NULL,
    place INTEGER NOT NULL,
    public BLOB NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (member, id)
) STRICT, WITHOUT ROWID;

-- At a desk: what was granted to whom.
CREATE TABLE given_grant (
    envelope BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    recipient BLOB NOT NULL,
    desk BLOB NOT NULL,
    -- When this desk wrote or first saw it, in unix seconds.
    at INTEGER NOT NULL,
    -- Unix seconds; nothing if another desk granted it: only the device can read when it expires.
    expires INTEGER
) STRICT, WITHOUT ROWID;

-- The keys that grants hand out to write with.
CREATE TABLE given_key (
    write_id BLOB NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (write_id, envelope)
) STRICT, WITHOUT ROWID;

-- Drafts this device gave away.
CREATE TABLE handed_over (
    envelope BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    recipient BLOB NOT NULL,
    -- The one-time key of the offer: no second draft is sealed to it.
    once_key BLOB NOT NULL UNIQUE,
    accepted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Drafts this device took over, and whether it has told the giver.
CREATE TABLE taken_over (
    envelope BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    giver BLOB NOT NULL,
    told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who did what to what, as a chain of hashes. Ids only.
CREATE TABLE audit (
    n INTEGER PRIMARY KEY,
    -- Unix seconds.
    at INTEGER NOT NULL,
    actor BLOB NOT NULL,
    deed TEXT NOT NULL,
    subject BLOB NOT NULL,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is only added to');
END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit is only added to');
END;
