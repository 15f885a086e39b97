-- The certificate of a node whose roster has not come yet: nothing is believed before it was checked against it.
CREATE TABLE awaiting (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    certificate TEXT NOT NULL
) STRICT;

-- Chains that were sealed to epochs this node has no key of: what was written with them is not for this node.
CREATE TABLE shut_chain (
    id BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;
