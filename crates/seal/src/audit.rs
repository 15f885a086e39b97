//! The chain that an audit log is kept as: each entry's hash covers the one before it.
//!
//! ```text
//! link := BLAKE3 derive_key "baraza/1 audit" over
//!         previous link(32) n(varint) at(varint) actor(16) deed(text) subject(16)
//! ```
//!
//! The first entry's previous link is 32 zeros. The chain shows what was changed, taken out or cut off by somebody who
//! did not make all later links and the kept head anew; it holds no secret that would keep such a person from it.

use wire::{MemberId, Writer};

/// What an entry says. It holds ids only, never an answer or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine<'a> {
    /// The entry's number, from 1.
    pub n: u64,
    /// When, in unix seconds by the node's own clock.
    pub at: u64,
    /// Who did it.
    pub actor: MemberId,
    /// What was done, in one word.
    pub deed: &'a str,
    /// The record, member or envelope it was done to; zeros for none.
    pub subject: [u8; 16],
}

/// Returns the link of an entry behind `previous`.
pub fn link(previous: &[u8; 32], line: &AuditLine<'_>) -> [u8; 32] {
    let mut w = Writer::new();
    w.fixed(previous);
    w.varint(line.n);
    w.varint(line.at);
    w.fixed(line.actor.as_bytes());
    w.text(line.deed);
    w.fixed(&line.subject);
    blake3::derive_key("baraza/1 audit", &w.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> AuditLine<'static> {
        AuditLine {
            n: 1,
            at: 1_795_000_000,
            actor: MemberId::from_bytes([1; 16]),
            deed: "read",
            subject: [2; 16],
        }
    }

    #[test]
    fn the_layout_of_a_link_is_what_it_was() {
        let hex = link(&[0; 32], &line()).map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex,
            "c265f0e1f48ed0ab2966bd37f625e68b698c67bf1f45c61e4c0b3c9944692384"
        );
    }

    #[test]
    fn everything_an_entry_says_is_in_its_link() {
        let first = link(&[0; 32], &line());
        let others = [
            link(&[1; 32], &line()),
            link(&[0; 32], &AuditLine { n: 2, ..line() }),
            link(&[0; 32], &AuditLine { at: 0, ..line() }),
            link(
                &[0; 32],
                &AuditLine {
                    actor: MemberId::from_bytes([3; 16]),
                    ..line()
                },
            ),
            link(
                &[0; 32],
                &AuditLine {
                    deed: "grant",
                    ..line()
                },
            ),
            link(
                &[0; 32],
                &AuditLine {
                    subject: [3; 16],
                    ..line()
                },
            ),
        ];
        assert!(others.iter().all(|other| *other != first));
    }
}
