//! Who is in the programme.

use jiff::Timestamp;
use seal::members::{About, Keyring};
use seal::roster::{Member, Roster};
use serde::Serialize;
use wire::MemberId;

use crate::Notebook;
use crate::deeds::admit::{AdmitError, role_name};

/// A member, as people see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberView {
    /// The member's id.
    pub id: MemberId,
    /// What people call them.
    pub name: String,
    /// `desk` or `device`.
    pub role: &'static str,
    /// What they may do: `enumerator`, `coordinator`, `supervisor`, `protection officer` or `auditor`.
    pub role_name: &'static str,
    /// When the membership ends (RFC 3339), if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Where or on what they work, if it is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl Notebook {
    /// Returns the members of the programme, desks first.
    pub fn members(&self) -> Result<Vec<MemberView>, AdmitError> {
        let (roster, programme) = self.belonging::<AdmitError>()?;
        let mut members: Vec<MemberView> = roster
            .members()
            .map(|member| view(roster, &programme.members_keys, member))
            .collect();
        members.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
        Ok(members)
    }
}

fn view(roster: &Roster, keys: &Keyring, member: &Member) -> MemberView {
    let (programme, id) = (roster.programme(), member.card.member);
    // Whoever admitted them sealed it; the roster keeps no note of who that was.
    let desks: Vec<MemberId> = roster
        .members()
        .filter(|member| member.role.runs_desk())
        .map(|member| member.card.member)
        .collect();
    let opened = |about: fn(_, _, _) -> About, sealed: &[u8]| {
        let mut authors = desks.iter();
        authors.find_map(|author| keys.open_text(&about(programme, *author, id), sealed).ok())
    };
    let name = |programme, author, member: MemberId| About {
        programme,
        author,
        subject: *member.as_bytes(),
    };
    let terms = member.terms.as_ref();
    MemberView {
        id,
        name: opened(name, &member.name).unwrap_or_else(|| id.to_string()),
        role: if roster.is_desk(&id) { "desk" } else { "device" },
        role_name: role_name(member.role),
        expires: terms
            .filter(|terms| terms.expires > 0)
            .and_then(|terms| i64::try_from(terms.expires).ok())
            .and_then(|end| Timestamp::from_second(end).ok())
            .map(|end| end.to_string()),
        scope: terms
            .filter(|terms| !terms.scope.is_empty())
            .and_then(|terms| opened(About::scope, &terms.scope)),
    }
}
