-- Envelopes in the order in which they came, in a table with numbers of its own: a tree whose inner pages hold whole
-- envelopes, as the one before had it, gets deep, and each new envelope touches all of its depth.
CREATE TABLE appended (
    row_number INTEGER PRIMARY KEY,
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
    fork INTEGER NOT NULL
) STRICT;
INSERT INTO appended (programme, sequence, author, incarnation, author_sequence, kind, subject, recipient, id, header,
                      signature, parts, received_hour, fork)
    SELECT programme, sequence, author, incarnation, author_sequence, kind, subject, recipient, id, header,
           signature, parts, received_hour, fork
    FROM envelope ORDER BY programme, sequence;
DROP TABLE envelope;
ALTER TABLE appended RENAME TO envelope;
CREATE UNIQUE INDEX envelope_by_sequence ON envelope (programme, sequence);
CREATE INDEX envelope_by_place ON envelope (programme, author, incarnation, author_sequence);
CREATE INDEX envelope_by_subject ON envelope (programme, subject, sequence);
CREATE INDEX envelope_by_recipient ON envelope (programme, recipient, subject) WHERE recipient IS NOT NULL;
-- The newest checkpoint of each desk is looked up whenever a device calls.
CREATE INDEX envelope_checkpoint ON envelope (programme, author, sequence) WHERE kind = 10;
