//! Who wrote a change, and which change it is.

use std::fmt;

use rand::Rng;

/// Names a member of the programme: the author of an envelope.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AuthorId(pub [u8; 16]);

impl AuthorId {
    /// Returns the part of the id that stands in every change this author writes.
    pub fn prefix(self) -> AuthorPrefix {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        AuthorPrefix([a, b, c, d, e, f, g, h])
    }
}

/// The first 8 bytes of an [`AuthorId`], as it stands in front of every actor id.
///
/// [`Record::merge`](crate::Record::merge) holds it against the signed author, so it can be
/// trusted; the caller, who knows the members, turns it into a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AuthorPrefix(pub [u8; 8]);

/// The one who writes one draft: an author's prefix and 8 bytes of chance.
///
/// Make a fresh one for every draft. An actor writes a single change in each compartment; one
/// that is used again after a backup was restored would make two records diverge for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Actor([u8; 16]);

impl Actor {
    /// Makes an actor that nobody has used.
    pub fn make(author: AuthorId, rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut chance = [0; 8];
        rng.fill_bytes(&mut chance);
        let AuthorPrefix(prefix) = author.prefix();
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(prefix.iter().chain(&chance)) {
            *to = *from;
        }
        Self(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(crate) fn author(&self) -> AuthorPrefix {
        AuthorId(self.0).prefix()
    }
}

/// Names a change by the SHA-256 that automerge gives it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeHash(pub [u8; 32]);

impl fmt::Display for ChangeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ChangeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "ChangeHash({a:02x}{b:02x}{c:02x}{d:02x}…)")
    }
}

impl From<automerge::ChangeHash> for ChangeHash {
    fn from(hash: automerge::ChangeHash) -> Self {
        Self(hash.0)
    }
}

impl From<ChangeHash> for automerge::ChangeHash {
    fn from(hash: ChangeHash) -> Self {
        Self(hash.0)
    }
}

/// Who did something to a record, when, and in which change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Provenance {
    /// Who, as far as the change itself tells.
    pub author: AuthorPrefix,
    /// When, by the author's own clock, in seconds since 1970-01-01 UTC.
    pub at: i64,
    /// In which change.
    pub change: ChangeHash,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha12Rng;

    #[test]
    fn an_actor_carries_its_author_and_fresh_chance() {
        let author = AuthorId([7; 16]);
        let mut rng = ChaCha12Rng::seed_from_u64(1);
        let (one, two) = (Actor::make(author, &mut rng), Actor::make(author, &mut rng));
        assert_eq!(one.author(), author.prefix());
        assert_ne!(one, two);
    }
}
