//! The newest roster, which a relay shows to a desk that is no member yet: the root key vouches for it.

use std::io::Read as _;

use seal::keys::SignKey;
use seal::roster::{Roster, RosterError};
use seal::verify::request::request_headers;
use sync::{CallError, MemberCall, MemberEffect};
use thiserror::Error;
use wire::{Hello, LogId, MemberId, RefusalCode, RosterEntry, RosterPosition};

use crate::deeds::sync::request::hello_body;
use crate::link::{Link, LinkError, SYNC_PATH};
use crate::relay_address::RelayAddress;

/// Why the newest roster is not known. Nothing was begun.
#[derive(Debug, Error)]
pub enum NewestError {
    /// The relay cannot be reached.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The connection was cut.
    #[error("the connection was cut: {0}")]
    Cut(#[from] std::io::Error),
    /// The answer is not one.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The relay refuses.
    #[error("the relay refuses: {0}")]
    Refused(String),
    /// What it shows is not the programme's roster.
    #[error("it is not this programme's: {0}. Somebody may show another roster; tell the others")]
    Roster(#[from] RosterError),
}

/// How often the relay is called at most: the first call brings the nonce for the second.
const MOST_CALLS: u32 = 3;

/// What one call came to.
enum Answer {
    Shown(Vec<RosterEntry>),
    /// The next call needs this nonce.
    Stale(Vec<u8>),
}

/// Asks the relay for the whole roster of the programme whose roster is known as `here`. Nothing, if the relay does not
/// have the programme.
pub(super) fn roster(
    link: &dyn Link,
    relay: &RelayAddress,
    here: &Roster,
    (member, root): (MemberId, &SignKey),
) -> Result<Vec<RosterEntry>, NewestError> {
    let mut hello = Hello {
        programme: here.programme(),
        member,
        cursor: 0,
        log: LogId([0; 8]),
        roster: RosterPosition::EMPTY,
        nonce: Vec::new(),
        wants: Vec::new(),
        probe: false,
    };
    for _ in 0..MOST_CALLS {
        match ask(link, relay, here, hello.clone(), root)? {
            Answer::Shown(entries) => return Ok(entries),
            Answer::Stale(nonce) => hello.nonce = nonce,
        }
    }
    Err(NewestError::Refused("it takes none of its own nonces".to_owned()))
}

fn ask(
    link: &dyn Link,
    relay: &RelayAddress,
    here: &Roster,
    hello: Hello,
    root: &SignKey,
) -> Result<Answer, NewestError> {
    let member = hello.member;
    let (mut call, first) = MemberCall::begin(hello);
    let headers = request_headers(root, member, "POST", SYNC_PATH, hello_body(&first));
    let mut answer = link.call(relay, &headers, &mut first.as_slice())?;
    let (mut shown, mut grown) = (Vec::new(), None);
    let mut chunk = vec![0; 64 << 10];
    loop {
        let length = answer.read(&mut chunk)?;
        let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        for effect in call.received(bytes)? {
            match effect {
                MemberEffect::Append(entry) => {
                    // Checked as they come: a relay cannot fill the memory with what nobody signed.
                    follow(&mut grown, &entry, here)?;
                    shown.push(entry);
                }
                MemberEffect::Refused(refusal) => {
                    return match refusal.code {
                        RefusalCode::Stale => Ok(Answer::Stale(refusal.nonce)),
                        RefusalCode::UnknownProgramme => Ok(Answer::Shown(Vec::new())),
                        _ => Err(NewestError::Refused(refusal.hint)),
                    };
                }
                MemberEffect::Finish(_) => {}
                _ => {
                    return Err(CallError::Breach(
                        "a desk that is no member yet was given more than the roster",
                    )
                    .into());
                }
            }
        }
    }
    call.ended()?;
    Ok(Answer::Shown(shown))
}

/// Lets the relay's roster grow by an entry, which must be of the programme that is known here.
fn follow(grown: &mut Option<Roster>, entry: &RosterEntry, here: &Roster) -> Result<(), RosterError> {
    match grown {
        Some(roster) => roster.append(entry),
        None => {
            let begun = Roster::begin(entry)?;
            if begun.programme() != here.programme() {
                return Err(RosterError::OtherProgramme);
            }
            if begun.root() != here.root() {
                return Err(RosterError::OtherRoot);
            }
            *grown = Some(begun);
            Ok(())
        }
    }
}
