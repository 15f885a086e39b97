//! Who may read: keys, chains, sealing, signatures, the roster's rules.
