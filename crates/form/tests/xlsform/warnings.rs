//! What is said about sound forms.

use crate::told;

#[test]
fn an_unknown_column_is_told_with_what_was_meant() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label | relevent |
| | text | a | A | 1=1 |"
        ),
        "unknown_column: survey row 1, relevent: the column `relevent` is not known and is not read (did you mean `relevant`?)"
    );
}
