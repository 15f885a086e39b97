-- Who this node is.
CREATE TABLE self (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    member BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    sign_seed BLOB NOT NULL,
    kem_seed BLOB NOT NULL,
    name TEXT NOT NULL,
    -- The author's last envelope.
    sequence INTEGER NOT NULL,
    previous BLOB NOT NULL
) STRICT;

-- The programme it belongs to, and how far it is with the relay.
CREATE TABLE programme (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    id BLOB NOT NULL,
    relay TEXT NOT NULL,
    members_key BLOB NOT NULL,
    -- Only on the desk that founded it.
    root_seed BLOB,
    cursor INTEGER NOT NULL,
    log BLOB NOT NULL,
    nonce BLOB NOT NULL,
    relay_height INTEGER NOT NULL
) STRICT;

CREATE TABLE roster (
    height INTEGER PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;

-- Secret halves of reading keys: on desks only.
CREATE TABLE epoch_key (
    compartment INTEGER NOT NULL,
    number INTEGER NOT NULL,
    seed BLOB NOT NULL,
    PRIMARY KEY (compartment, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE form (
    envelope BLOB PRIMARY KEY,
    form BLOB NOT NULL,
    form_id TEXT NOT NULL,
    version TEXT NOT NULL,
    title TEXT NOT NULL,
    height INTEGER NOT NULL,
    markdown TEXT NOT NULL,
    dictionary BLOB NOT NULL
) STRICT;
CREATE INDEX form_by_id ON form (form_id, version);

CREATE TABLE dictionary (
    id BLOB PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- Every envelope this node wrote or received.
CREATE TABLE envelope (
    id BLOB PRIMARY KEY,
    author BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('kept', 'opened', 'waiting', 'quarantined')),
    reason TEXT
) STRICT;
CREATE INDEX envelope_by_author ON envelope (author, incarnation, sequence);
CREATE INDEX envelope_by_subject ON envelope (subject, kind);
CREATE INDEX envelope_waiting ON envelope (state) WHERE state IN ('waiting', 'quarantined');

CREATE TABLE part (
    envelope BLOB NOT NULL REFERENCES envelope (id),
    n INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (envelope, n)
) STRICT, WITHOUT ROWID;

-- What this node wrote, in order, and what the relay said of it.
CREATE TABLE outbox (
    n INTEGER PRIMARY KEY,
    envelope BLOB NOT NULL UNIQUE REFERENCES envelope (id),
    state TEXT NOT NULL CHECK (state IN ('queued', 'relayed', 'fork', 'refused'))
) STRICT;
CREATE INDEX outbox_queued ON outbox (n) WHERE state = 'queued';

-- Chains this node writes with: one for each compartment.
CREATE TABLE chain (
    compartment INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    id BLOB NOT NULL,
    state BLOB NOT NULL
) STRICT;

-- Chains of others, for reading: on desks only.
CREATE TABLE chain_reader (
    id BLOB PRIMARY KEY,
    compartment INTEGER NOT NULL,
    author BLOB NOT NULL,
    state BLOB NOT NULL
) STRICT;

-- Keys that open parts of one subject: on desks all of them, on devices what was granted.
CREATE TABLE key_book (
    subject BLOB NOT NULL,
    compartment INTEGER NOT NULL,
    name BLOB NOT NULL,
    key BLOB NOT NULL,
    PRIMARY KEY (subject, compartment, name)
) STRICT, WITHOUT ROWID;

-- What this device writes a granted record with.
CREATE TABLE granted_key (
    record BLOB NOT NULL,
    compartment INTEGER NOT NULL,
    write_id BLOB NOT NULL,
    write_key BLOB NOT NULL,
    PRIMARY KEY (record, compartment)
) STRICT, WITHOUT ROWID;

CREATE TABLE want (
    kind INTEGER NOT NULL,
    id BLOB NOT NULL,
    after INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
    id BLOB PRIMARY KEY,
    form_id TEXT NOT NULL,
    form_version TEXT NOT NULL,
    -- draft: begun here. granted: handed to this device. finished: sealed, unreadable here. received: readable here.
    status TEXT NOT NULL CHECK (status IN ('draft', 'granted', 'finished', 'received')),
    started INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    author BLOB NOT NULL,
    disagreements INTEGER NOT NULL
) STRICT;
CREATE INDEX record_by_form ON record (form_id, changed);

-- automerge saves of what this node may read now: a cache.
CREATE TABLE document (
    record BLOB NOT NULL,
    compartment TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (record, compartment)
) STRICT, WITHOUT ROWID;

-- Open drafts: of new records, and of edits of granted ones.
CREATE TABLE draft (
    record BLOB PRIMARY KEY,
    started INTEGER NOT NULL
) STRICT;

CREATE TABLE draft_step (
    record BLOB NOT NULL REFERENCES draft (record),
    n INTEGER NOT NULL,
    step BLOB NOT NULL,
    PRIMARY KEY (record, n)
) STRICT, WITHOUT ROWID;

-- Who finished something of which record on which day (UTC, from the change's own time).
CREATE TABLE work (
    envelope BLOB PRIMARY KEY REFERENCES envelope (id),
    author BLOB NOT NULL,
    record BLOB NOT NULL,
    day TEXT NOT NULL,
    first INTEGER NOT NULL
) STRICT;
