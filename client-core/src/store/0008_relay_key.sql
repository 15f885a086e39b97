-- The hash of the public key with which the relay proves itself in TLS. None: the relay is called in plain HTTP.
ALTER TABLE programme ADD COLUMN relay_key BLOB;
