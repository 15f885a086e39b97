-- Changes that are kept until those they build on arrive, and the envelopes they came in: a cache.
CREATE TABLE waiting_change (
    record BLOB NOT NULL,
    change BLOB NOT NULL,
    envelope BLOB NOT NULL,
    -- The hashes of the first changes that have not come, one after the other.
    needs BLOB NOT NULL,
    PRIMARY KEY (record, change, envelope)
) STRICT, WITHOUT ROWID;
