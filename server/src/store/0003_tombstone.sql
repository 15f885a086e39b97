-- Subjects whose record was erased: what arrives for them later is kept without its parts.
CREATE TABLE tombstone (
    programme INTEGER NOT NULL REFERENCES programme (n),
    subject BLOB NOT NULL,
    PRIMARY KEY (programme, subject)
) STRICT, WITHOUT ROWID;
