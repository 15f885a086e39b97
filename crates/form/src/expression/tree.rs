//! What is in what: records, groups, repeat instances, choice lists and their columns.

use std::sync::Arc;

use super::ast::Test;
use super::error::EvalError;
use super::evaluate::Evaluator;
use super::outcome::{Place, Spot};
use crate::address::Address;
use crate::model::Item;
use crate::path::QuestionPath;

impl Evaluator<'_> {
    /// What is directly inside a place and passes the test; each instance of a repeat.
    pub(super) fn children(&self, place: &Place, test: &Test) -> Result<Vec<Place>, EvalError> {
        let form = self.context.form;
        match place {
            Place::At(at, path) => self.children_of(at, path.as_ref(), test),
            Place::List(list) => Ok(vec![Place::Choices(*list)]),
            Place::Element(tree, node) => self.elements_in(*tree, *node, test),
            Place::Choices(list) => {
                let count = form.lists.get(*list).map_or(0, |list| list.choices.len());
                let is_item =
                    matches!(test, Test::Any) || matches!(test, Test::Name(name) if &**name == "item");
                self.spend(count as u64)?;
                Ok((0..if is_item { count } else { 0 })
                    .map(|nth| Place::Choice(Spot::Listed(*list, nth)))
                    .collect())
            }
            Place::Choice(spot) => {
                let Some(choice) = self.choice(*spot) else {
                    return Ok(Vec::new());
                };
                let column = |name: &str| Place::Column(*spot, name.into());
                Ok(match test {
                    Test::Any => ["name", "label"]
                        .into_iter()
                        .chain(choice.columns.keys().map(String::as_str))
                        .map(column)
                        .collect(),
                    Test::Name(name) => self.column_named(*spot, name).into_iter().collect(),
                })
            }
            Place::Column(..) | Place::Earlier(..) | Place::Attribute(..) => Ok(Vec::new()),
        }
    }

    /// A column of a choice, if its row has one of this name.
    pub(super) fn column_named(&self, spot: Spot, name: &Arc<str>) -> Option<Place> {
        let choice = self.choice(spot)?;
        let is_there = matches!(&**name, "name" | "label") || choice.columns.contains_key(&**name);
        is_there.then(|| Place::Column(spot, Arc::clone(name)))
    }

    fn children_of(
        &self,
        at: &Address,
        path: Option<&QuestionPath>,
        test: &Test,
    ) -> Result<Vec<Place>, EvalError> {
        let form = self.context.form;
        let items = match path.map(|path| form.item(path)) {
            None => &form.items[..],
            Some(Some(Item::Group(group))) => &group.items,
            Some(Some(Item::Repeat(repeat))) if at.is_instance() => &repeat.items,
            Some(_) => &[],
        };
        self.spend(1 + items.len() as u64 / 16)?;
        let mut children = Vec::new();
        for item in items {
            if matches!(test, Test::Name(name) if **name != *item.name()) {
                continue;
            }
            let path = item.path();
            match item {
                Item::Repeat(_) => {
                    let instances = self.instances_in(std::slice::from_ref(at), path)?;
                    children.extend(instances.into_iter().map(|at| Place::At(at, Some(path.clone()))));
                }
                _ => children.push(Place::At(at.near(path), Some(path.clone()))),
            }
        }
        Ok(children)
    }

    pub(super) fn parent(&self, place: &Place) -> Option<Place> {
        match place {
            Place::At(at, path) => {
                let Some(parent) = path.as_ref()?.parent() else {
                    return Some(Place::At(Address::root(), None));
                };
                // Of an instance the parent is outside its repeat, and of what is in it the instance.
                let around = if at.is_instance() {
                    at.parent_instance()?
                } else {
                    at.clone()
                };
                Some(Place::At(around.near(&parent), Some(parent)))
            }
            Place::List(_) | Place::Choice(Spot::Offered) | Place::Earlier(..) => None,
            Place::Choices(list) => Some(Place::List(*list)),
            Place::Choice(Spot::Listed(list, _)) => Some(Place::Choices(*list)),
            Place::Column(spot, _) => Some(Place::Choice(*spot)),
            Place::Element(tree, node) => {
                let parent = self.tree(*tree).parent(*node)?;
                Some(Place::Element(*tree, parent))
            }
            Place::Attribute(tree, node, _) => Some(Place::Element(*tree, *node)),
        }
    }

    /// All that is inside a place, each before what is in it.
    pub(super) fn inside(&self, place: &Place, with_itself: bool) -> Result<Vec<Place>, EvalError> {
        if let Place::Element(tree, node) = place {
            return self.elements_below(*tree, *node, with_itself);
        }
        let mut found = if with_itself {
            vec![place.clone()]
        } else {
            Vec::new()
        };
        for child in self.children(place, &Test::Any)? {
            self.spend(1)?;
            // Groups stand in one another only as deep as the form says.
            found.extend(self.inside(&child, true)?);
        }
        Ok(found)
    }

    pub(super) fn passes(&self, place: &Place, test: &Test) -> bool {
        match test {
            Test::Any => true,
            Test::Name(name) => self.name(place) == **name,
        }
    }

    /// The name of what is at a place.
    pub(super) fn name(&self, place: &Place) -> String {
        match place {
            Place::At(_, Some(path)) => path.name().to_owned(),
            Place::At(_, None) => "data".to_owned(),
            Place::List(_) => String::new(),
            Place::Choices(_) => "root".to_owned(),
            Place::Choice(_) => "item".to_owned(),
            Place::Column(_, name) => name.to_string(),
            Place::Earlier(_, path) => path.name().to_owned(),
            Place::Element(tree, node) => self.tree(*tree).name(*node).to_owned(),
            Place::Attribute(tree, node, nth) => {
                let tree = self.tree(*tree);
                let attribute = tree.attributes(*node).get(*nth as usize);
                attribute.map_or_else(String::new, |(name, _)| name.to_string())
            }
        }
    }
}
