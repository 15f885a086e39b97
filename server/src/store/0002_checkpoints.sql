-- The newest checkpoint of each desk is looked up whenever a device calls.
CREATE INDEX envelope_checkpoint ON envelope (programme, author, sequence) WHERE kind = 10;
