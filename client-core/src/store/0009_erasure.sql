-- Records that were erased: nothing of them is kept or opened any more, whoever sends it.
CREATE TABLE tombstone (
    record BLOB PRIMARY KEY,
    -- The tombstone that was obeyed first.
    envelope BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Copies beside the notebook that are still to be removed: their records were erased.
CREATE TABLE doomed_copy (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Consent that was taken back. The record is hidden, whatever is written in it later.
CREATE TABLE withdrawal (
    envelope BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    author BLOB NOT NULL,
    -- For one purpose; for all if there is none, and where the envelope cannot be opened.
    purpose TEXT,
    -- What else stands in it, where it can be opened; `at` in unix seconds.
    how TEXT,
    by_whom TEXT,
    at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX withdrawal_by_record ON withdrawal (record);
