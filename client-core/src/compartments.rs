//! The programme's compartments: numbers on the wire, names for people, sealed in the roster.

use seal::members::{About, Keyring};
use seal::roster::Roster;
use wire::CompartmentId;

/// The compartments every programme begins with.
pub(crate) const STANDARD: [(CompartmentId, &str); 3] = [
    (CompartmentId::GENERAL, "general"),
    (CompartmentId::IDENTITY, "identity"),
    (CompartmentId::PROTECTED, "protected"),
];

/// The programme's compartments with their names, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compartments {
    names: Vec<(CompartmentId, String)>,
}

impl Compartments {
    /// Reads them from the roster. One whose name does not open is called by its number.
    pub(crate) fn read(roster: &Roster, keys: &Keyring) -> Self {
        let mut names: Vec<(CompartmentId, String)> = Vec::new();
        for compartment in roster.compartments() {
            let standard = STANDARD
                .iter()
                .find(|(id, _)| *id == compartment)
                .map(|(_, name)| (*name).to_owned());
            let name = standard.or_else(|| {
                let epochs: Vec<_> = roster
                    .epochs()
                    .filter(|epoch| epoch.compartment == compartment)
                    .collect();
                let desks = roster.members().filter(|member| member.role.runs_desk());
                // The newest may be named under a members' key that has not come yet; its name stays the same.
                desks
                    .map(|desk| About::compartment(roster.programme(), desk.card.member, compartment))
                    .find_map(|about| {
                        let mut newest_first = epochs.iter().rev();
                        newest_first.find_map(|epoch| keys.open_text(&about, &epoch.name).ok())
                    })
            });
            names.push((
                compartment,
                name.unwrap_or_else(|| format!("compartment-{compartment}")),
            ));
        }
        Self { names }
    }

    /// Returns the number of a name.
    pub fn id(&self, name: &str) -> Option<CompartmentId> {
        self.names
            .iter()
            .find(|(_, known)| known == name)
            .map(|(id, _)| *id)
    }

    /// Returns the name of a number.
    pub fn name(&self, id: CompartmentId) -> Option<&str> {
        self.names
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, name)| name.as_str())
    }

    /// Returns the next free number.
    pub(crate) fn next(&self) -> Option<CompartmentId> {
        let next = self
            .names
            .iter()
            .map(|(id, _)| id.0)
            .max()
            .map_or(0, |last| last + 1);
        (next < CompartmentId::MEMBERS.0).then_some(CompartmentId(next))
    }
}
