//! `cargo xtask simulate …`: the whole of it under conditions that no test may wait for.

pub(crate) mod link;
