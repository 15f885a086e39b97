-- The photos and recordings of drafts this device gave away: they go when the draft goes.
CREATE TABLE handed_media (
    envelope BLOB PRIMARY KEY,
    -- The envelope of the draft.
    draft BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What records say of entities, as a desk handed it to this device for a while.
CREATE TABLE assigned (
    n INTEGER PRIMARY KEY,
    record BLOB NOT NULL,
    list TEXT NOT NULL,
    entity TEXT NOT NULL,
    -- Unix seconds.
    expires INTEGER NOT NULL,
    -- JSON, as in entity_said.
    said TEXT NOT NULL
) STRICT;
CREATE INDEX assigned_by_record ON assigned (record);
