//! Filling a draft: its beginning, calculations, and answers taken over from elsewhere.

use form::{Address, Answers, Form, Item, RepeatAddress, Value};
use jiff::Timestamp;
use rand::Rng;
use record::{AnswerError, Draft, DraftStep};

use crate::merging::{META_FORM, META_VERSION};

/// Says which form a new record answers.
pub(crate) fn begin(draft: &mut Draft, form: &Form, now: Timestamp) -> Result<Vec<DraftStep>, AnswerError> {
    let now = now.as_second();
    Ok(vec![
        draft.set_meta(META_FORM, Value::Text(form.id.clone()), now)?,
        draft.set_meta(META_VERSION, Value::Text(form.version.clone()), now)?,
    ])
}

/// Takes over every answer of `from`, with fresh instances for its repeats.
pub(crate) fn fill(
    draft: &mut Draft,
    form: &Form,
    from: &dyn Answers,
    now: Timestamp,
    rng: &mut impl Rng,
) -> Result<Vec<DraftStep>, AnswerError> {
    let mut steps = Vec::new();
    let root = Address::root();
    fill_items(
        draft,
        &form.items,
        (from, &root),
        &root,
        now.as_second(),
        rng,
        &mut steps,
    )?;
    Ok(steps)
}

fn fill_items(
    draft: &mut Draft,
    items: &[Item],
    (from, there): (&dyn Answers, &Address),
    here: &Address,
    now: i64,
    rng: &mut impl Rng,
    steps: &mut Vec<DraftStep>,
) -> Result<(), AnswerError> {
    for item in items {
        match item {
            Item::Question(question) => {
                if let Some(value) = from.answer(&there.near(&question.path)) {
                    steps.push(draft.put_down(&here.near(&question.path), value, now)?);
                }
            }
            Item::Group(group) => fill_items(draft, &group.items, (from, there), here, now, rng, steps)?,
            Item::Repeat(repeat) => {
                let (theirs, ours) = (
                    RepeatAddress::near(there, &repeat.path),
                    RepeatAddress::near(here, &repeat.path),
                );
                for instance in from.instances(&theirs) {
                    let (added, step) = draft.add_instance(&ours, now, rng)?;
                    steps.push(step);
                    let (there, here) = (theirs.instance(instance), ours.instance(added));
                    fill_items(draft, &repeat.items, (from, &there), &here, now, rng, steps)?;
                }
            }
        }
    }
    Ok(())
}
