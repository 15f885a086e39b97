-- The pieces of photos and recordings that stored envelopes declare. The first that declares a hash counts.
CREATE TABLE media_piece (
    programme INTEGER NOT NULL REFERENCES programme (n),
    hash BLOB NOT NULL,
    -- The sequence of the envelope that declares it.
    sequence INTEGER NOT NULL,
    author BLOB NOT NULL,
    subject BLOB NOT NULL,
    -- Whether all of it is known to be here.
    whole INTEGER NOT NULL DEFAULT 0,
    -- Whether its record was erased, and its bytes have to be destroyed still.
    doomed INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (programme, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX media_piece_missing ON media_piece (programme, author) WHERE whole = 0;
CREATE INDEX media_piece_by_subject ON media_piece (programme, subject);
CREATE INDEX media_piece_doomed ON media_piece (programme) WHERE doomed = 1;
