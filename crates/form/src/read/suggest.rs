//! Which known name somebody may have meant.

/// Returns the known name that is most like `name`, if one is alike enough.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = fold(name);
    if name.len() > 128 {
        return None;
    }
    let allowed = (name.len() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= allowed + 2)
        .map(|candidate| (distance(&name, &fold(candidate), allowed), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns "did you mean `x`?" if a known name is alike enough, otherwise `otherwise`.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    match nearest(name, known) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => otherwise.to_owned(),
    }
}

fn fold(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

/// How many letters to add, drop, change or swap with their neighbour to get from one to the other;
/// anything beyond `limit` once it is clear that it is more than that.
fn distance(one: &str, other: &str, limit: usize) -> usize {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let at = |row: &[usize], nth: usize| row.get(nth).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&row, j) + usize::from(a != b))
                .min(at(&row, j + 1) + 1)
                .min(at(&next, j) + 1);
            if i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a) {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        // A swap looks two rows back.
        if next.iter().chain(&row).all(|steps| *steps > limit) {
            return limit + 1;
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        let known = ["household_size", "head_name", "age"];
        assert_eq!(nearest("houshold_size", known), Some("household_size"));
        assert_eq!(nearest("Head Name", known), Some("head_name"));
        assert_eq!(nearest("aeg", known), Some("age"));
        assert_eq!(nearest("village", known), None);
        assert_eq!(distance("abcd", "abdc", 1), 1);
        assert!(distance("abcdefgh", "hgfedcba", 2) > 2);
        assert_eq!(distance("", "abc", 3), 3);
    }
}
