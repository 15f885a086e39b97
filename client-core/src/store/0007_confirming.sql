-- Whether the last call was cut: the next one asks first what the relay holds.
ALTER TABLE programme ADD COLUMN interrupted INTEGER NOT NULL DEFAULT 0;

-- What this node sends: its own envelopes in order, and those of others that it carries.
CREATE TABLE sending (
    n INTEGER PRIMARY KEY,
    envelope BLOB NOT NULL UNIQUE REFERENCES envelope (id),
    -- queued: to be sent. relayed: the relay has it. fork: the relay has another one for its place. refused: it does
    -- not verify there. forgotten: a desk has opened it, and its parts are gone from here.
    state TEXT NOT NULL CHECK (state IN ('queued', 'relayed', 'fork', 'refused', 'forgotten'))
) STRICT;
INSERT INTO sending (n, envelope, state) SELECT n, envelope, state FROM outbox;
DROP TABLE outbox;
ALTER TABLE sending RENAME TO outbox;
CREATE INDEX outbox_queued ON outbox (n) WHERE state = 'queued';

-- The newest checkpoint of each desk.
CREATE TABLE checkpoint (
    desk BLOB PRIMARY KEY,
    incarnation INTEGER NOT NULL,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What it confirms: up to where a desk has what an author wrote, and has opened it.
CREATE TABLE confirmed (
    desk BLOB NOT NULL,
    author BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    held INTEGER NOT NULL,
    last BLOB NOT NULL,
    PRIMARY KEY (desk, author, incarnation)
) STRICT, WITHOUT ROWID;
CREATE TABLE confirmed_opened (
    desk BLOB NOT NULL,
    author BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    compartment INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    PRIMARY KEY (desk, author, incarnation, compartment)
) STRICT, WITHOUT ROWID;
