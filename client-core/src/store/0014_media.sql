-- Files of open drafts, ready to be sealed. They are destroyed with the draft.
CREATE TABLE media_draft (
    record BLOB NOT NULL,
    -- The question's address.
    address TEXT NOT NULL,
    -- The answer there, and the file's name.
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    thumbnail BLOB NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (record, address)
) STRICT;

-- Sealed pieces of photos and recordings, each as far as it has come.
CREATE TABLE piece (
    hash BLOB PRIMARY KEY,
    -- The envelope that declares it, and which of its parts it is.
    envelope BLOB NOT NULL,
    n INTEGER NOT NULL,
    length INTEGER NOT NULL,
    -- What is here, from its front.
    bytes BLOB NOT NULL,
    -- How many bytes of it the relay is known to have.
    relayed INTEGER NOT NULL DEFAULT 0,
    -- How often the relay was asked for it and did not have it.
    asked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX piece_by_envelope ON piece (envelope, n);

-- What tells of the files of records that can be read here.
CREATE TABLE media (
    envelope BLOB PRIMARY KEY,
    record BLOB NOT NULL,
    manifest BLOB NOT NULL
) STRICT;
CREATE INDEX media_by_record ON media (record);
