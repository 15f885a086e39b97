//! What is said about forms that are unsound.

use crate::errors;

#[test]
fn a_file_without_a_survey_is_refused() {
    assert_eq!(
        errors(
            "
| survy |
| | type | name | label |
| | text | a | A |
| choices |
| | list_name | name | label |
| | l | a | A |"
        ),
        "missing_survey: there is no sheet `survey` (is the sheet `survy` meant to be `survey`?)"
    );
}
