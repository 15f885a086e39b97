-- Every roster entry that holds, also where two follow one. `head` is the hash that names it.
CREATE TABLE all_entries (
    n INTEGER PRIMARY KEY,
    -- Missing only while an older notebook is taken over.
    head BLOB UNIQUE,
    height INTEGER NOT NULL,
    -- Whether it lies on the chain that holds here, and not on a side of it.
    main INTEGER NOT NULL,
    -- Whether the relay is known to have it on its chain.
    relayed INTEGER NOT NULL,
    entry BLOB NOT NULL
) STRICT;
INSERT INTO all_entries (height, main, relayed, entry)
    SELECT height, 1, height <= coalesce((SELECT relay_height FROM programme), 0), entry FROM roster ORDER BY height;
DROP TABLE roster;
ALTER TABLE all_entries RENAME TO roster;
CREATE INDEX roster_by_height ON roster (height);

-- Two desks may give an epoch one number: `public` is the id of the public half the seed belongs to. Empty in older
-- notebooks, which have one seed for a number.
CREATE TABLE epoch_seed (
    compartment INTEGER NOT NULL,
    number INTEGER NOT NULL,
    public BLOB NOT NULL,
    seed BLOB NOT NULL,
    PRIMARY KEY (compartment, number, public)
) STRICT, WITHOUT ROWID;
INSERT INTO epoch_seed (compartment, number, public, seed) SELECT compartment, number, x'', seed FROM epoch_key;
DROP TABLE epoch_key;
ALTER TABLE epoch_seed RENAME TO epoch_key;

-- The public half the chain's first key was sealed to. Empty in older notebooks: such a chain is not gone on with.
ALTER TABLE chain ADD COLUMN public BLOB NOT NULL DEFAULT x'';

-- When this node first saw it, in unix seconds; 0 if it wrote it, or an older notebook did not note it.
ALTER TABLE envelope ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
-- Whether its author's membership had ended by then.
ALTER TABLE envelope ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
-- Why it is in quarantine: revoked, expired, fork, or nothing if it does not open or merge.
ALTER TABLE envelope ADD COLUMN cause TEXT CHECK (cause IN ('revoked', 'expired', 'fork'));
CREATE INDEX envelope_by_cause ON envelope (author) WHERE state = 'quarantined';

-- What is trusted of members who were revoked: what the revocation names, and what those envelopes follow.
CREATE TABLE trusted (
    envelope BLOB PRIMARY KEY,
    author BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What a person decided about an envelope in the quarantine.
CREATE TABLE decided (
    envelope BLOB PRIMARY KEY,
    released INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Records of which something was opened that is in quarantine now: they are made anew once no edit is open.
CREATE TABLE remake_due (
    record BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
