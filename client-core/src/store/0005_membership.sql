-- All generations of the members' key that this node has; the one with the highest number is written with.
CREATE TABLE members_key (
    n INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE
) STRICT;
INSERT INTO members_key (n, key) SELECT 1, members_key FROM programme;
ALTER TABLE programme DROP COLUMN members_key;
