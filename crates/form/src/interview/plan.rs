//! What depends on what in a form: made once for each version of a form.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::expression::Expression;
use crate::model::{Form, Item};
use crate::path::QuestionPath;

/// A form made ready for interviews: what has to be worked out anew when an answer changes.
///
/// Made once for each version of a form, and shared by all [`Session`](super::Session)s over it.
pub struct Plan {
    form: Arc<Form>,
    nodes: Vec<Node>,
    places: HashMap<QuestionPath, usize>,
    /// The nodes that are in no other.
    top: Vec<usize>,
    /// The nodes by rank.
    order: Vec<usize>,
    /// What reads the clock.
    pub(super) clocked: Vec<(usize, Parts)>,
    /// What reads the day, but not the time of it.
    pub(super) dated: Vec<(usize, Parts)>,
    /// What reads labels.
    pub(super) spoken: Vec<(usize, Parts)>,
}

/// Something in a form: a question, a group or a repeat.
pub(super) struct Node {
    pub(super) path: QuestionPath,
    /// Its place in the order of dependence: whatever it reads has a lower one.
    pub(super) rank: usize,
    /// The group or repeat around it.
    pub(super) parent: Option<usize>,
    /// Which of the things in its parent it is.
    pub(super) nth: usize,
    pub(super) children: Vec<usize>,
    /// The repeats around it, outermost first.
    pub(super) repeats: Vec<usize>,
    /// What is inside it are the nodes from the next up to, but not including, this one.
    pub(super) until: usize,
    /// What reads it.
    pub(super) readers: Vec<Reader>,
    /// What is set when it changes.
    pub(super) targets: Vec<usize>,
    /// Whether its calculation gives something else each time.
    pub(super) is_ever_new: bool,
}

/// Something that reads an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Reader {
    pub(super) node: usize,
    pub(super) parts: Parts,
    /// How many of the repeats around both must be in the same instance for it to be read.
    pub(super) shared: usize,
}

/// What of a node has to be worked out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts(u8);

/// Functions whose outcome differs each time.
const EVER_NEW: [&str; 3] = ["now", "random", "uuid"];

/// Whether an expression gives something else each time.
pub(super) fn is_ever_new(expression: &Expression) -> bool {
    calls(expression, &EVER_NEW)
}

fn calls(expression: &Expression, names: &[&str]) -> bool {
    expression
        .functions()
        .iter()
        .any(|name| names.contains(&name.as_str()))
}

impl Parts {
    pub(super) const NONE: Parts = Parts(0);
    pub(super) const RELEVANCE: Parts = Parts(1);
    pub(super) const CALCULATION: Parts = Parts(2);
    pub(super) const COUNT: Parts = Parts(4);
    /// Which instances of a repeat count.
    pub(super) const INSTANCES: Parts = Parts(8);
    /// Which choices are offered.
    pub(super) const OFFER: Parts = Parts(16);
    pub(super) const ALL: Parts = Parts(1 | 2 | 4 | 8);

    pub(super) fn and(self, other: Parts) -> Parts {
        Parts(self.0 | other.0)
    }

    pub(super) fn has(self, other: Parts) -> bool {
        self.0 & other.0 != 0
    }
}

impl Plan {
    /// Finds out what depends on what in `form`.
    pub fn of(form: impl Into<Arc<Form>>) -> Arc<Plan> {
        let form = form.into();
        let mut plan = Plan {
            nodes: Vec::new(),
            places: HashMap::new(),
            top: Vec::new(),
            order: Vec::new(),
            clocked: Vec::new(),
            dated: Vec::new(),
            spoken: Vec::new(),
            form: Arc::clone(&form),
        };
        plan.top = plan.gather(&form.items, None, &[]);
        for path in &form.order {
            if let Some(node) = plan.places.get(path).copied() {
                let rank = plan.order.len();
                plan.order.push(node);
                if let Some(node) = plan.nodes.get_mut(node) {
                    node.rank = rank;
                }
            }
        }
        for item in form.all_items() {
            plan.note(item);
        }
        Arc::new(plan)
    }

    /// Returns the form.
    pub fn form(&self) -> &Form {
        &self.form
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate()
    }

    pub(super) fn node(&self, node: usize) -> &Node {
        self.nodes
            .get(node)
            .expect("nodes are numbered by the plan they are in")
    }

    pub(super) fn find(&self, path: &QuestionPath) -> Option<usize> {
        self.places.get(path).copied()
    }

    pub(super) fn item(&self, node: usize) -> &Item {
        let path = &self.node(node).path;
        self.form.item(path).expect("nodes are made of the form's items")
    }

    pub(super) fn by_rank(&self, rank: usize) -> Option<usize> {
        self.order.get(rank).copied()
    }

    /// The things at the top of the form, or in a group or repeat.
    pub(super) fn children(&self, parent: Option<usize>) -> &[usize] {
        parent.map_or(&self.top, |parent| &self.node(parent).children)
    }

    fn gather(&mut self, items: &[Item], parent: Option<usize>, repeats: &[usize]) -> Vec<usize> {
        let mut gathered = Vec::new();
        for (nth, item) in items.iter().enumerate() {
            let number = self.nodes.len();
            self.nodes.push(Node {
                path: item.path().clone(),
                rank: 0,
                parent,
                nth,
                children: Vec::new(),
                repeats: repeats.to_vec(),
                until: 0,
                readers: Vec::new(),
                targets: Vec::new(),
                is_ever_new: false,
            });
            self.places.entry(item.path().clone()).or_insert(number);
            let mut inner = repeats.to_vec();
            if matches!(item, Item::Repeat(_)) {
                inner.push(number);
            }
            let children = self.gather(item.items(), Some(number), &inner);
            let until = self.nodes.len();
            if let Some(node) = self.nodes.get_mut(number) {
                node.children = children;
                node.until = until;
            }
            gathered.push(number);
        }
        gathered
    }

    /// Notes what an item reads.
    fn note(&mut self, item: &Item) {
        let Some(node) = self.find(item.path()) else {
            return;
        };
        if let Some(relevant) = item.relevant() {
            self.reads(node, relevant, Parts::RELEVANCE);
        }
        match item {
            Item::Question(question) => {
                if let Some(filter) = &question.choice_filter {
                    self.reads(node, filter, Parts::OFFER);
                }
                if question.triggers.is_empty()
                    && let Some(calculation) = &question.calculation
                {
                    self.reads(node, calculation, Parts::CALCULATION);
                    if let Some(node) = self.nodes.get_mut(node) {
                        node.is_ever_new = is_ever_new(calculation);
                    }
                }
                for trigger in &question.triggers {
                    let trigger = self.find(trigger);
                    if let Some(trigger) = trigger.and_then(|trigger| self.nodes.get_mut(trigger)) {
                        trigger.targets.push(node);
                    }
                }
            }
            Item::Repeat(repeat) => {
                if let Some(count) = &repeat.repeat_count {
                    self.reads(node, count, Parts::COUNT);
                }
            }
            Item::Group(_) => {}
        }
    }

    fn reads(&mut self, node: usize, expression: &Expression, parts: Parts) {
        let form = Arc::clone(&self.form);
        let (path, around) = match self.nodes.get(node) {
            Some(node) => (node.path.clone(), node.repeats.clone()),
            None => return,
        };
        let is_afar = expression.looks_afar(&form, Some(&path));
        for read in expression.dependencies(&form, Some(&path)) {
            let Some(read) = self.find(&read).filter(|read| *read != node) else {
                continue;
            };
            let Some(read) = self.nodes.get_mut(read) else {
                continue;
            };
            let in_common = read
                .repeats
                .iter()
                .zip(&around)
                .take_while(|(one, other)| one == other);
            let shared = if is_afar { 0 } else { in_common.count() };
            let reader = Reader { node, parts, shared };
            if !read.readers.contains(&reader) {
                read.readers.push(reader);
            }
        }
        if is_ever_new(expression) {
            self.clocked.push((node, parts));
        } else if calls(expression, &["today"]) {
            self.dated.push((node, parts));
        }
        if calls(expression, &["jr:choice-name", "jr:itext"]) {
            self.spoken.push((node, parts));
        }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Plan({} {}, {} items)",
            self.form.id,
            self.form.version,
            self.nodes.len()
        )
    }
}
