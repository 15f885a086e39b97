//! Expressions over an XML document: a record, or a whole XForm with all its instances.

use std::collections::BTreeMap;
use std::sync::Arc;

use roxmltree::Node;

use super::ast::Term;
use super::environment::{Context, Environment};
use super::error::EvalError;
use super::evaluate::{Evaluator, Shared};
use super::outcome::{Outcome, Place};
use super::parser::Dialect;
use super::{Expression, ExpressionError};
use crate::address::Address;
use crate::model::Form;
use crate::sheet::AnswerSheet;
use crate::table::{TableError, Tree, grow};
use labels::Labels;
pub(super) use labels::{Choices, Label};

mod labels;

/// What an expression gives, with its type.
///
/// Its `Debug` shows the type only, so that no answer gets into a log.
#[derive(Clone, PartialEq)]
pub enum TypedOutcome {
    /// A number; NaN if something was no number.
    Number(f64),
    /// A text.
    Text(String),
    /// A condition.
    Boolean(bool),
    /// A day, or a day with a time, as text: what a function of days gave.
    Date(String),
    /// Elements, by their texts.
    Nodes(Vec<String>),
}

/// An expression cannot be evaluated over a document.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DocumentError {
    /// The text is no expression.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// The document is no XML, or too large.
    #[error(transparent)]
    Document(#[from] TableError),
    /// The path to the context leads nowhere.
    #[error("the context `{0}` is no element of the document")]
    Context(String),
    /// The expression cannot be worked out.
    #[error(transparent)]
    Eval(#[from] EvalError),
}

/// Evaluates an expression over an XML document.
///
/// The document is a record by itself, or an XForm (or its `<model>`): then the record is its first
/// instance, and `instance('name')` and `jr:itext` read the others and the translations. `context`
/// is a path to the element that the expression stands at; without one it stands above the
/// outermost element. `${name}` is the element of this name that is nearest to the context.
///
/// # Errors
/// If one of the texts is not what it should be, or the expression cannot be worked out.
pub fn eval_xml(
    expression: &str,
    instance: Option<&str>,
    context: Option<&str>,
    env: &Environment,
) -> Result<TypedOutcome, DocumentError> {
    let term = super::parser::parse(expression, Dialect::Document)?;
    let mut trees = Vec::new();
    let mut document = Document {
        context: Tree::DOCUMENT,
        labels: Labels::default(),
    };
    match instance {
        Some(text) => document.read(text, &mut trees, env)?,
        None => trees.push((String::new(), Arc::new(Tree::new()))),
    }
    if let Some(path) = context {
        let place = super::parser::parse(path, Dialect::Document)?;
        let outcome = evaluate(&place, &document, &trees, env)?;
        document.context = match outcome {
            Outcome::Nodes(nodes) => match nodes.first().map(|node| &node.place) {
                Some(Place::Element(Document::MAIN, node)) => *node,
                _ => return Err(DocumentError::Context(path.to_owned())),
            },
            _ => return Err(DocumentError::Context(path.to_owned())),
        };
    }
    let outcome = evaluate(&term, &document, &trees, env)?;
    Ok(typed(&term, outcome))
}

fn evaluate(
    term: &Term,
    document: &Document,
    trees: &[(String, Arc<Tree>)],
    env: &Environment,
) -> Result<Outcome, EvalError> {
    let (form, answers, at) = (Form::default(), AnswerSheet::new(), Address::root());
    let context = Context {
        form: &form,
        answers: &answers,
        at: &at,
        this: None,
        choice: None,
        env,
    };
    let nothing = Expression::of(term.clone());
    let shared = Shared::default();
    shared.trees.replace(trees.to_vec());
    let mut evaluator = Evaluator::new(&nothing, &context, &shared);
    evaluator.document = Some(document);
    let outcome = evaluator.outcome(&nothing.term);
    #[cfg(test)]
    tests::STEPS.set(evaluator.spent());
    outcome
}

fn typed(term: &Term, outcome: Outcome) -> TypedOutcome {
    let gives_days = |term: &Term| match term {
        Term::Call(call) => matches!(call.function.name, "today" | "now" | "date" | "date-time"),
        _ => false,
    };
    match outcome {
        Outcome::Number(number) => TypedOutcome::Number(number),
        Outcome::Boolean(condition) => TypedOutcome::Boolean(condition),
        Outcome::Text(text) if gives_days(term) && !text.is_empty() => TypedOutcome::Date(text),
        Outcome::Text(text) => TypedOutcome::Text(text),
        Outcome::Nodes(nodes) => TypedOutcome::Nodes(nodes.into_iter().map(|node| node.text).collect()),
    }
}

/// A document that expressions are evaluated over.
pub(super) struct Document {
    /// The element that the expression stands at.
    pub(super) context: u32,
    pub(super) labels: Labels,
}

impl Document {
    /// The number of the record's own tree.
    pub(super) const MAIN: u32 = 0;

    fn read(
        &mut self,
        text: &str,
        trees: &mut Vec<(String, Arc<Tree>)>,
        env: &Environment,
    ) -> Result<(), TableError> {
        let xml = crate::xml::parse(text)?;
        let root = xml.root_element();
        let model = match root.tag_name().name() {
            "html" => root
                .descendants()
                .find(|node| node.has_tag_name("model") || is_named(*node, "model")),
            "model" => Some(root),
            _ => None,
        };
        let mut instances = BTreeMap::new();
        match model {
            None => trees.push((String::new(), Arc::new(grow(std::iter::once(root))?))),
            Some(model) => {
                self.labels = Labels::read(root, model);
                for instance in model.children().filter(|node| is_named(*node, "instance")) {
                    let tree = match (instance.attribute("src"), trees.is_empty()) {
                        (Some(src), false) => attached(src, env),
                        _ => None,
                    };
                    let tree = match tree {
                        Some(tree) => tree,
                        None => Arc::new(grow(instance.children().filter(Node::is_element))?),
                    };
                    if trees.is_empty() {
                        trees.push((String::new(), Arc::clone(&tree)));
                    }
                    if let Some(id) = instance.attribute("id") {
                        instances.entry(id.to_owned()).or_insert(tree);
                    }
                }
                if trees.is_empty() {
                    trees.push((String::new(), Arc::new(Tree::new())));
                }
            }
        }
        trees.extend(instances);
        Ok(())
    }
}

/// The table that `jr://file-csv/towns.csv` names, if it came along.
fn attached(src: &str, env: &Environment) -> Option<Arc<Tree>> {
    let name = src.rsplit('/').next().unwrap_or(src);
    let table = env.attachments.as_ref()?.table(name)?;
    Some(Arc::clone(&table.tree))
}

fn is_named(node: Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

impl std::fmt::Debug for TypedOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            TypedOutcome::Number(_) => "Number(…)",
            TypedOutcome::Text(_) => "Text(…)",
            TypedOutcome::Boolean(_) => "Boolean(…)",
            TypedOutcome::Date(_) => "Date(…)",
            TypedOutcome::Nodes(_) => "Nodes(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        /// How many steps the evaluation took that ended last.
        pub(super) static STEPS: Cell<u64> = const { Cell::new(0) };
    }

    fn towns(count: usize) -> String {
        let rows: String = (0..count)
            .map(|nth| {
                let (region, kind) = (nth % 50, if nth % 3 == 0 { "x" } else { "y" });
                format!("<item><name>n{nth}</name><region>r{region}</region><type>{kind}</type></item>")
            })
            .collect();
        format!("<data><region>r7</region><list>{rows}</list></data>")
    }

    #[test]
    fn documents_have_more_axes_than_answers() {
        let env = Environment::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC, 1);
        let document = "<a><b n='1'><d><s>1</s></d><s>2</s></b><b n='2'/><c/><b n='3'><s>3</s></b></a>";
        for (text, wanted) in [
            ("//s", &["1", "2", "3"][..]),
            ("//b[2]/following-sibling::b/@n", &["3"]),
            ("//b[3]/preceding-sibling::b/@n", &["1", "2"]),
            ("//b[3]/preceding-sibling::b[1]/@n", &["2"]),
            ("//s[1]/ancestor::b/@n", &["1", "3"]),
            ("//d/s/ancestor::*[2]/@n", &["1"]),
            ("//c/ancestor-or-self::*[last()]/b[1]/attribute::*", &["1"]),
            ("//s | //d/s | /a/b/s", &["1", "2", "3"]),
        ] {
            let outcome = eval_xml(text, Some(document), None, &env).unwrap();
            let wanted = wanted.iter().map(|text| (*text).to_owned()).collect();
            assert!(outcome == TypedOutcome::Nodes(wanted), "{text}");
        }
        assert!(eval_xml("following::b", Some(document), None, &env).is_err());
    }

    #[test]
    fn the_work_grows_as_the_document_does() {
        let env = Environment::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC, 1);
        for text in [
            "count(/data/list/item[region = /data/region and type != 'x'])",
            "count(//item[region = current()/data/region])",
            "count(//item[name = /data/list/item[type = 'y'][2]/name])",
            "/data/list/item/region = /data/list/item/type",
            "/data/list/item/region != /data/list/item/region",
            "/data/list/item/name < /data/list/item/name",
            "count(/data/list/item[last()] | /data/list/item[1])",
            "join(' ', randomize(/data/list/item/name, 3))",
            "pulldata('towns', 'a', 'b', 'c') = '' or sum(//region) = 0",
        ] {
            let steps = |count: usize| {
                let _ = eval_xml(text, Some(&towns(count)), None, &env);
                STEPS.get()
            };
            let (few, many) = (steps(500), steps(2000));
            assert!(
                few > 0 && many <= few * 5,
                "{text}: {few} steps for 500, {many} for 2000"
            );
        }
    }

    #[test]
    #[ignore = "measures time, which is only worth something in a build for use"]
    fn a_list_of_ten_thousand_is_filtered_in_ten_milliseconds() {
        let env = Environment::new(jiff::Timestamp::UNIX_EPOCH, jiff::tz::TimeZone::UTC, 1);
        let text = towns(10_000);
        let mut trees = Vec::new();
        let mut document = Document {
            context: Tree::DOCUMENT,
            labels: Labels::default(),
        };
        document.read(&text, &mut trees, &env).unwrap();
        let filter = "count(/data/list/item[region = /data/region and type != 'x'])";
        let term = super::super::parser::parse(filter, Dialect::Document).unwrap();
        // Other programs may take their turn in between, so the shortest of some times counts.
        let times = (0..7).map(|_| {
            let begun = std::time::Instant::now();
            let outcome = evaluate(&term, &document, &trees, &env).unwrap();
            assert_eq!(outcome.to_text(), "133");
            begun.elapsed()
        });
        let taken = times.min().unwrap();
        println!("{taken:?}");
        assert!(taken.as_millis() < 10, "{taken:?}");
    }
}
