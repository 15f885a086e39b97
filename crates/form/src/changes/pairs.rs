//! Which question of a form is which in a newer version.

use super::*;

/// The group around a question, its type, and its label in one language.
type Key = (Option<QuestionPath>, &'static str, String);

/// For each question, group and repeat of the older version the one that it is in the newer.
pub(super) fn of(older: &Form, newer: &Form) -> BTreeMap<QuestionPath, QuestionPath> {
    let mut pairs = BTreeMap::new();
    let mut lost = Vec::new();
    for item in older.all_items() {
        match newer.item(item.path()).filter(|now| alike(item, now)) {
            Some(_) => _ = pairs.insert(item.path().clone(), item.path().clone()),
            None => lost.push(item),
        }
    }
    let mut new: Vec<&Item> = newer
        .all_items()
        .into_iter()
        .filter(|item| !pairs.contains_key(item.path()))
        .collect();
    moved(&mut lost, &mut new, &mut pairs);
    renamed(&lost, &new, &mut pairs);
    pairs
}

/// What has the same name elsewhere, if nothing else has.
fn moved(lost: &mut Vec<&Item>, new: &mut Vec<&Item>, pairs: &mut BTreeMap<QuestionPath, QuestionPath>) {
    let mut by_name: HashMap<String, Vec<QuestionPath>> = HashMap::new();
    for item in new.iter() {
        by_name
            .entry(item.name().to_owned())
            .or_default()
            .push(item.path().clone());
    }
    let mut lost_names: HashMap<String, usize> = HashMap::new();
    for item in lost.iter() {
        *lost_names.entry(item.name().to_owned()).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    lost.retain(|item| {
        let found = match by_name.get(item.name()).map(Vec::as_slice) {
            Some([path]) if lost_names.get(item.name()) == Some(&1) => path,
            _ => return true,
        };
        let now = new.iter().find(|now| now.path() == found);
        if !now.is_some_and(|now| alike(item, now)) {
            return true;
        }
        pairs.insert(item.path().clone(), found.clone());
        taken.insert(found.clone());
        false
    });
    new.retain(|item| !taken.contains(item.path()));
}

/// Questions that have the same label in some language, ask for the same kind of answer, and stand
/// in the same group.
fn renamed(lost: &[&Item], new: &[&Item], pairs: &mut BTreeMap<QuestionPath, QuestionPath>) {
    let mut by_label: HashMap<Key, &QuestionPath> = HashMap::new();
    for (key, path) in new.iter().flat_map(|item| keys(item)) {
        by_label.entry(key).or_insert(path);
    }
    let mut taken = BTreeSet::new();
    for (key, path) in lost.iter().flat_map(|item| keys(item)) {
        let Some(to) = by_label.get(&key).filter(|to| !taken.contains(**to)) else {
            continue;
        };
        if !pairs.contains_key(path) {
            taken.insert((*to).clone());
            pairs.insert(path.clone(), (*to).clone());
        }
    }
}

fn keys(item: &Item) -> Vec<(Key, &QuestionPath)> {
    let Item::Question(question) = item else {
        return Vec::new();
    };
    let key = |(language, label): (&str, &str)| {
        let label: String = label
            .to_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let label = format!("{language}: {label}");
        (
            (question.path.parent(), question.kind.word(), label),
            &question.path,
        )
    };
    question.label.iter().map(key).collect()
}

/// Whether both are questions, groups or repeats.
fn alike(one: &Item, other: &Item) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}
