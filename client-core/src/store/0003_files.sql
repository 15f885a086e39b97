-- The files that belong to forms, as the newest list of each form names them.
CREATE TABLE file (
    form BLOB NOT NULL,
    name TEXT NOT NULL,
    length INTEGER NOT NULL,
    -- BLAKE3 of the whole file.
    hash BLOB NOT NULL,
    -- The height of the roster entry that published the list.
    height INTEGER NOT NULL,
    PRIMARY KEY (form, name)
) STRICT, WITHOUT ROWID;

-- The envelopes that carry them, piece by piece.
CREATE TABLE file_piece (
    form BLOB NOT NULL,
    name TEXT NOT NULL,
    n INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (form, name, n)
) STRICT, WITHOUT ROWID;
