-- Records that the policy erases soon, and since when people can know of it.
CREATE TABLE retention_notice (
    record BLOB PRIMARY KEY,
    -- Unix seconds.
    first INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- The day (unix seconds through 86400) on which the clocks of retention were last looked at.
ALTER TABLE self ADD COLUMN retention_day INTEGER NOT NULL DEFAULT 0;
