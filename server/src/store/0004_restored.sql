-- Whether this programme came out of a backup, and no desk has sent again what it knows to be erased.
ALTER TABLE programme ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
