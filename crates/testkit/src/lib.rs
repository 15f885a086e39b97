//! A field in memory, for tests: phones, desks, a relay, seeded chance.
