-- Whether this notebook was restored from a backup and has not synced since: what was erased meanwhile is still in it.
ALTER TABLE programme ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
