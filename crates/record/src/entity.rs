//! An entity: a long-lived thing that several records are about, such as a household or an association.
//!
//! What an entity is, is never written down a second time: each record that creates or updates one
//! says so, and its properties are answers of that record. An entity is put together from what the
//! records say, so that it goes where they go: who cannot read a record does not read its part of
//! the entity, and what is erased with a record is gone from the entity too.
//!
//! Properties are merged one by one. Two updates made far from one another that set different
//! properties both stand; two that set one property differently are both kept, until a later
//! update that has seen both settles it.

use std::collections::{BTreeMap, BTreeSet};

/// Names what one record says of one entity: the record, and the repeat instance in it that the
/// entity is about, if it is about one.
pub type ContributionId = String;

/// What one record says of one entity.
#[derive(Clone, PartialEq)]
pub struct Contribution {
    /// Its name.
    pub id: ContributionId,
    /// Whether the record says the entity is new.
    pub creates: bool,
    /// What its author knew of the entity. Contributions that are not here may be among them.
    pub seen: BTreeSet<ContributionId>,
    /// The properties it sets, with their values; empty where it takes a value away.
    pub properties: BTreeMap<String, String>,
}

/// An entity as it stands.
#[derive(Clone, PartialEq, Default)]
pub struct Entity {
    /// The properties with their values. Several differing values are a disagreement.
    pub properties: BTreeMap<String, Vec<Held>>,
    /// The contributions that none has seen yet: what the next one has seen.
    pub heads: BTreeSet<ContributionId>,
    /// Whether any record here says the entity is new.
    pub is_created: bool,
}

/// A value of a property, and who says so.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// The value.
    pub value: String,
    /// The contributions that set it and that none that sets the property has seen.
    pub by: BTreeSet<ContributionId>,
}

impl Entity {
    /// Puts an entity together from what records say of it, in any order.
    ///
    /// Contributions that claim to have seen one another are taken as made far from one another:
    /// nothing of either is lost.
    pub fn of(contributions: &[Contribution]) -> Entity {
        let all: BTreeMap<&str, &Contribution> =
            contributions.iter().map(|one| (one.id.as_str(), one)).collect();
        let behind: BTreeMap<&str, BTreeSet<&str>> = all.keys().map(|id| (*id, seen_by(id, &all))).collect();
        let has_seen = |later: &str, earlier: &str| {
            let saw = |one: &str, other: &str| behind.get(one).is_some_and(|seen| seen.contains(other));
            saw(later, earlier) && !saw(earlier, later)
        };
        let mut entity = Entity {
            is_created: all.values().any(|one| one.creates),
            ..Entity::default()
        };
        for id in all.keys() {
            if !all.keys().any(|later| has_seen(later, id)) {
                entity.heads.insert((*id).to_owned());
            }
        }
        let names: BTreeSet<&String> = all.values().flat_map(|one| one.properties.keys()).collect();
        for name in names {
            let setters: Vec<&&Contribution> = all
                .values()
                .filter(|one| one.properties.contains_key(name))
                .collect();
            let mut held: Vec<Held> = Vec::new();
            for setter in &setters {
                let Some(value) = setter.properties.get(name) else {
                    continue;
                };
                if setters.iter().any(|later| has_seen(&later.id, &setter.id)) {
                    continue;
                }
                match held.iter_mut().find(|one| one.value == *value) {
                    Some(same) => _ = same.by.insert(setter.id.clone()),
                    None => held.push(Held {
                        value: value.clone(),
                        by: BTreeSet::from([setter.id.clone()]),
                    }),
                }
            }
            entity.properties.insert(name.clone(), held);
        }
        entity
    }

    /// Returns the contributions that still count: those that hold a property, and those that none has seen. Each names all
    /// of them that it has seen, also through others that are left out. They make the same entity as all do.
    pub fn needed(contributions: &[Contribution]) -> Vec<Contribution> {
        let all: BTreeMap<&str, &Contribution> =
            contributions.iter().map(|one| (one.id.as_str(), one)).collect();
        let entity = Self::of(contributions);
        let holding = entity.properties.values().flatten().flat_map(|held| &held.by);
        let needed: BTreeSet<&ContributionId> = holding.chain(&entity.heads).collect();
        let counts = all.values().filter(|one| needed.contains(&one.id));
        counts
            .map(|one| Contribution {
                seen: seen_by(&one.id, &all)
                    .into_iter()
                    .map(str::to_owned)
                    .filter(|seen| needed.contains(seen))
                    .collect(),
                ..(*one).clone()
            })
            .collect()
    }

    /// Returns the properties that contributions made far from one another set differently.
    pub fn disagreements(&self) -> impl Iterator<Item = &str> {
        self.properties
            .iter()
            .filter(|(_, held)| held.len() > 1)
            .map(|(name, _)| name.as_str())
    }

    /// Returns the value of a property; of several, the one whose contributions come first by name,
    /// the same on every node. `None` if no contribution sets it.
    pub fn property(&self, name: &str) -> Option<&str> {
        let held = self.properties.get(name)?;
        held.iter()
            .min_by_key(|one| one.by.first())
            .map(|one| one.value.as_str())
    }
}

/// Everything that a contribution has seen, directly or through what it has seen.
fn seen_by<'a>(id: &str, all: &BTreeMap<&'a str, &'a Contribution>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = all
        .get(id)
        .map(|one| one.seen.iter().map(String::as_str).collect())
        .unwrap_or_default();
    while let Some(next) = open.pop() {
        if let Some((known, contribution)) = all.get_key_value(next)
            && seen.insert(*known)
        {
            open.extend(contribution.seen.iter().map(String::as_str));
        }
    }
    seen
}

/// Hides the values.
impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Held(… by {:?})", self.by)
    }
}

/// Hides the values.
impl std::fmt::Debug for Contribution {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contribution({}, after {:?})", self.id, self.seen)
    }
}

/// Hides the values.
impl std::fmt::Debug for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let held: Vec<_> = self
            .properties
            .iter()
            .map(|(name, held)| (name, held.len()))
            .collect();
        write!(f, "Entity({held:?}, heads {:?})", self.heads)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn says(id: &str, seen: &[&str], properties: &[(&str, &str)]) -> Contribution {
        Contribution {
            id: id.to_owned(),
            creates: seen.is_empty(),
            seen: seen.iter().map(|id| (*id).to_owned()).collect(),
            properties: properties
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn two_updates_of_different_properties_both_stand() {
        let entity = Entity::of(&[
            says("a", &[], &[("size", "4"), ("well", "no")]),
            says("b", &["a"], &[("size", "5")]),
            says("c", &["a"], &[("well", "yes")]),
        ]);
        assert_eq!(entity.property("size"), Some("5"));
        assert_eq!(entity.property("well"), Some("yes"));
        assert_eq!(entity.disagreements().count(), 0);
        assert_eq!(entity.heads, BTreeSet::from(["b".to_owned(), "c".to_owned()]));
    }

    #[test]
    fn two_updates_of_one_property_are_a_disagreement_until_one_has_seen_both() {
        let mut said = vec![
            says("a", &[], &[("size", "4")]),
            says("b", &["a"], &[("size", "5")]),
            says("c", &["a"], &[("size", "6")]),
        ];
        let entity = Entity::of(&said);
        assert_eq!(entity.disagreements().collect::<Vec<_>>(), ["size"]);
        assert_eq!(entity.properties["size"].len(), 2);
        said.push(says("d", &["b", "c"], &[("size", "6")]));
        let entity = Entity::of(&said);
        assert_eq!(entity.disagreements().count(), 0);
        assert_eq!(entity.property("size"), Some("6"));
        assert_eq!(entity.heads, BTreeSet::from(["d".to_owned()]));
    }

    #[test]
    fn two_who_say_the_same_do_not_disagree() {
        let entity = Entity::of(&[
            says("a", &[], &[("size", "4")]),
            says("b", &["a"], &[("size", "5")]),
            says("c", &["a"], &[("size", "5")]),
        ]);
        assert_eq!(entity.disagreements().count(), 0);
        assert_eq!(entity.properties["size"][0].by.len(), 2);
    }

    #[test]
    fn what_goes_with_a_record_takes_only_its_own_part_along() {
        let whole = [
            says("a", &[], &[("size", "4"), ("name", "Amina")]),
            says("b", &["a"], &[("size", "5")]),
        ];
        let [_, left] = whole;
        let entity = Entity::of(&[left]);
        assert_eq!(entity.property("size"), Some("5"));
        assert_eq!(entity.property("name"), None);
        assert!(!entity.is_created);
    }

    #[test]
    fn contributions_that_claim_to_have_seen_one_another_are_both_kept() {
        let entity = Entity::of(&[
            says("a", &["b"], &[("size", "4")]),
            says("b", &["a"], &[("size", "5")]),
        ]);
        assert_eq!(entity.properties["size"].len(), 2);
        assert_eq!(entity.heads.len(), 2);
    }

    fn contributions() -> impl Strategy<Value = Vec<Contribution>> {
        let one = (
            proptest::collection::btree_set(0_u8..8, 0..4),
            proptest::collection::btree_map("[abc]", "[xyz]", 0..3),
        );
        proptest::collection::vec(one, 0..8).prop_map(|said| {
            said.into_iter()
                .enumerate()
                .map(|(n, (seen, properties))| Contribution {
                    id: n.to_string(),
                    creates: n == 0,
                    seen: seen.into_iter().map(|n| n.to_string()).collect(),
                    properties,
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn the_order_in_which_records_arrive_changes_nothing(said in contributions(), turn in 0_usize..8) {
            let mut turned = said.clone();
            if !turned.is_empty() {
                let turn = turn % turned.len();
                turned.rotate_left(turn);
                turned.swap(0, turn);
            }
            let (one, mut other) = (Entity::of(&said), Entity::of(&turned));
            let mut one = one;
            for entity in [&mut one, &mut other] {
                for held in entity.properties.values_mut() {
                    held.sort_by(|one, other| one.value.cmp(&other.value));
                }
            }
            prop_assert_eq!(one, other);
        }

        #[test]
        fn what_still_counts_makes_the_same_entity(said in contributions()) {
            let needed = Entity::needed(&said);
            let (one, other) = (Entity::of(&said), Entity::of(&needed));
            prop_assert_eq!(one.properties, other.properties);
            prop_assert_eq!(one.heads, other.heads);
            prop_assert_eq!(Entity::needed(&needed).len(), needed.len());
        }

        #[test]
        fn a_property_that_was_set_has_a_value(said in contributions()) {
            let entity = Entity::of(&said);
            for name in said.iter().flat_map(|one| one.properties.keys()) {
                prop_assert!(entity.property(name).is_some());
            }
        }
    }
}
