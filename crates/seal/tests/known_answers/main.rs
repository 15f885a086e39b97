//! Known answers: what documents outside this project say the primitives yield, and what this project's own
//! formats yielded when they were written down.
//!
//! Where a function of this crate takes what a document gives, that function is tested; else the crate below it,
//! with the parameters this one uses it with. Every module names its source.

#[cfg(test)]
mod argon2id;
#[cfg(test)]
mod blake3;
#[cfg(test)]
mod chance;
#[cfg(test)]
mod ed25519;
#[cfg(test)]
mod ed25519_edges;
#[cfg(test)]
mod format_page;
#[cfg(test)]
mod golden_files;
#[cfg(test)]
mod hkdf_sha256;
#[cfg(test)]
mod hpke_suite;
#[cfg(test)]
mod http_signatures;
#[cfg(test)]
mod padme;
#[cfg(test)]
mod stored;
#[cfg(all(test, not(feature = "null-cipher")))]
mod stored_part;
#[cfg(test)]
mod x_wing;
#[cfg(test)]
mod xchacha;
