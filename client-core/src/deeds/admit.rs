//! Admit a device: put it on the roster and answer with its certificate.

use seal::enrol::{self, RequestError, Welcome};
use seal::members::{About, seal_text};
use seal::roster::{RosterError, write};
use serde::Serialize;
use thiserror::Error;
use wire::enrolment::EnrolmentError;
use wire::{MemberId, Request, Role, RosterAct};

use crate::Notebook;
use crate::notebook::NoProgramme;
use crate::store::{StoreError, roster};

/// Why a device was not admitted.
#[derive(Debug, Error)]
pub enum AdmitError {
    /// There is no programme.
    #[error(transparent)]
    NoProgramme(#[from] NoProgramme),
    /// Only desks admit.
    #[error("only a desk admits devices; this notebook is not one")]
    NotADesk,
    /// The text is not a request.
    #[error(transparent)]
    Unreadable(#[from] EnrolmentError),
    /// The request does not hold.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The roster does not take it.
    #[error("the device cannot be admitted: {0}")]
    Roster(#[from] RosterError),
    /// The device's key cannot be sealed to.
    #[error("the device's key is damaged; ask it for a new request")]
    Unsealable,
    /// The notebook cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A member, as people see one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberView {
    /// The member's id.
    pub id: MemberId,
    /// What people call them.
    pub name: String,
    /// `desk` or `device`.
    pub role: &'static str,
}

impl Notebook {
    /// Admits the device that made `request`. Returns its certificate, to be shown to that device.
    ///
    /// Asked again for a device that was admitted, it makes the certificate again.
    pub fn admit(&mut self, request: &str) -> Result<String, AdmitError> {
        let request = Request::from_text(request)?;
        enrol::check_request(&request)?;
        let (roster, programme) = self.belonging::<AdmitError>()?;
        if !self.is_desk() {
            return Err(AdmitError::NotADesk);
        }
        let mut roster = roster.clone();
        let known = roster
            .member(&request.card.member)
            .is_some_and(|member| member.card == request.card);
        if !known {
            let about = About {
                programme: programme.id,
                author: self.me.member,
                subject: *request.card.member.as_bytes(),
            };
            let name = seal_text(
                programme.members_keys.newest(),
                &about,
                &request.name,
                &mut self.rng,
            );
            let act = RosterAct::Admit {
                card: request.card.clone(),
                role: Role::ENUMERATOR,
                name,
                terms: None,
            };
            let entry = write::next(&roster, self.me.member, act, &self.me.sign);
            roster.append(&entry)?;
            self.store.write(|tx| roster::append(tx, &entry))?;
            self.roster = Some(roster.clone());
        }
        let entries = self.store.read(|db| roster::entries(db, 0))?;
        let desk = (self.me.member, &self.me.sign);
        let welcome = Welcome {
            relay: &programme.relay.url,
            relay_key: programme.relay.key.map(|key| key.0),
            keys: &programme.members_keys,
        };
        enrol::certify(&request.card, desk, &welcome, &roster, entries, &mut self.rng)
            .map(|certificate| certificate.to_text())
            .ok_or(AdmitError::Unsealable)
    }

    /// Returns the members of the programme, desks first.
    pub fn members(&self) -> Result<Vec<MemberView>, AdmitError> {
        let (roster, programme) = self.belonging::<AdmitError>()?;
        let desks: Vec<MemberId> = roster
            .members()
            // Also those who are not trusted any more: the names they sealed are names still.
            .filter(|member| member.role.runs_desk())
            .map(|member| member.card.member)
            .collect();
        let mut members: Vec<MemberView> = roster
            .members()
            .map(|member| {
                let id = member.card.member;
                let opened = desks.iter().find_map(|desk| {
                    let about = About {
                        programme: programme.id,
                        author: *desk,
                        subject: *id.as_bytes(),
                    };
                    programme.members_keys.open_text(&about, &member.name).ok()
                });
                let role = if roster.is_desk(&id) { "desk" } else { "device" };
                MemberView {
                    id,
                    name: opened.unwrap_or_else(|| id.to_string()),
                    role,
                }
            })
            .collect();
        members.sort_by(|a, b| (a.role, &a.name).cmp(&(b.role, &b.name)));
        Ok(members)
    }
}
