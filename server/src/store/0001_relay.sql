CREATE TABLE identity (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    log BLOB NOT NULL,
    freshness BLOB NOT NULL
) STRICT;

CREATE TABLE programme (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    -- The last sequence number given out.
    sequence INTEGER NOT NULL
) STRICT;

CREATE TABLE roster (
    programme INTEGER NOT NULL REFERENCES programme (n),
    height INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (programme, height)
) STRICT, WITHOUT ROWID;

CREATE TABLE envelope (
    programme INTEGER NOT NULL REFERENCES programme (n),
    sequence INTEGER NOT NULL,
    author BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    author_sequence INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    recipient BLOB,
    id BLOB NOT NULL,
    header BLOB NOT NULL,
    signature BLOB NOT NULL,
    -- For each part of the header: 0, or 1, its length and its bytes.
    parts BLOB NOT NULL,
    -- Rounded down to the hour: when exactly somebody had signal is nobody's business.
    received_hour INTEGER NOT NULL,
    -- Whether another envelope stands at the same place of the same author.
    fork INTEGER NOT NULL,
    PRIMARY KEY (programme, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX envelope_by_place ON envelope (programme, author, incarnation, author_sequence);
CREATE INDEX envelope_by_subject ON envelope (programme, subject, sequence);
CREATE INDEX envelope_by_recipient ON envelope (programme, recipient, subject) WHERE recipient IS NOT NULL;
