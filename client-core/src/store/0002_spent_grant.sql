-- Grants whose record was finished here: they open nothing again, whoever sends them.
CREATE TABLE spent_grant (
    envelope BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
