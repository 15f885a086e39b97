-- The photos and recordings of drafts this device gave away: they go when the draft goes.
CREATE TABLE handed_media (
    envelope BLOB PRIMARY KEY,
    -- The envelope of the draft.
    draft BLOB NOT NULL
) STRICT, WITHOUT ROWID;
