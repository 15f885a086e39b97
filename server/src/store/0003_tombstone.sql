-- Subjects whose record was erased: what arrives for them later is kept without its parts.
CREATE TABLE tombstone (
    programme INTEGER NOT NULL REFERENCES programme (n),
    subject BLOB NOT NULL,
    -- Whether the file was written anew since: until then some of it may lie in unused space.
    clean INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (programme, subject)
) STRICT, WITHOUT ROWID;
