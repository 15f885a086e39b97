-- What records that can be read here say about entities, as JSON: a cache, made when it is asked for.
CREATE TABLE entity_said (
    record BLOB PRIMARY KEY,
    said TEXT NOT NULL
) STRICT;
