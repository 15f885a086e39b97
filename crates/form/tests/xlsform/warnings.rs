//! What is said about forms that are sound.

use crate::told;

#[test]
fn choice_without_list_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | select_one l | q | Q |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| | | c | C |"
        ),
        "choice_without_list: choices row 4, list_name: the choice belongs to no list and is not read (write the name of its list)"
    );
}

#[test]
fn deprecated_metadata_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | simserial | a |  |
| | text | b | B |"
        ),
        "deprecated_metadata: survey row 2, type: few phones still tell `simserial` (use `deviceid`)"
    );
}

#[test]
fn disabled_row_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label | disabled |
| | text | a | A |  |
| | text | b | B | yes |
| | text | c | C | no |"
        ),
        "disabled_row: survey row 3, disabled: `disabled` is no longer part of XLSForm (write `false()` into `relevant`, or take the row out)\n\
         disabled_row: survey row 4, disabled: `disabled` is no longer part of XLSForm (write `false()` into `relevant`, or take the row out)"
    );
}

#[test]
fn duplicate_column_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label | label |
| | text | a | A | B |"
        ),
        "duplicate_column: survey row 1, label: the column `label` is there twice (keep one of them, or name the language in each like `label::English (en)`)"
    );
}

#[test]
fn ignored_settings_row_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | form_id |
| | x |
| | y |"
        ),
        "ignored_settings_row: settings row 3: only the first row of settings is read (put all settings into one row)"
    );
}

#[test]
fn ignored_sheet_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | text | a | A |
| setings |
| | form_id |
| | x |"
        ),
        "ignored_sheet: setings: the sheet `setings` is not read (did you mean `settings`? If not, put `_` before its name)"
    );
}

#[test]
fn incomplete_header_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label | media |
| | text | a | A | x |"
        ),
        "incomplete_header: survey row 1, media: the column `media` is not read (write the kind of media after two colons, like `media::image`)"
    );
}

#[test]
fn language_without_code_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label::English | label::French (fr) | hint::English |
| | text | a | A | B | C |"
        ),
        "missing_translation: survey row 1, hint::English: `hint` is not translated into `French (fr)` (add a column `hint::French (fr)`)\n\
         language_without_code: survey row 1, label::English: the language `English` names no code that programs understand (write its code in brackets behind it, like `English (en)`)"
    );
}

#[test]
fn missing_choice_label_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | select_one l | q | Q |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| | l | c | |"
        ),
        "missing_choice_label: choices row 4, label: the choice `c` has no label (write what is shown to whoever asks)"
    );
}

#[test]
fn missing_translation_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label | label::French (fr) | hint |
| | text | a | A | B | C |"
        ),
        "missing_translation: survey row 1, hint: `hint` is not translated into `French (fr)` (add a column `hint::French (fr)`)"
    );
}

#[test]
fn repeat_without_label_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | begin_repeat | r |  |
| | text | b | B |
| | end_repeat | |  |"
        ),
        "repeat_without_label: survey row 2, label: the repeat `r` has no label (write what its instances are called)"
    );
}

#[test]
fn similar_name_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | text | a | A |
| | text | A | B |"
        ),
        "similar_name: survey row 3, name: another row in the same group or repeat is called `A` in other letters (some programs do not mind upper and lower case; give one of them another name)"
    );
}

#[test]
fn skipped_row_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label | hint |
| | text | a | A | h |
| | | | | note |"
        ),
        "skipped_row: survey row 3: the row has no type, name or label and is not read (empty it if it is a note)"
    );
}

#[test]
fn two_form_ids_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | form_id | id_string |
| | x | y |"
        ),
        "two_form_ids: settings row 1, id_string: there are both `form_id` and `id_string` (keep `form_id`)"
    );
}

#[test]
fn unbounded_image_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label | parameters | appearance |
| | image | r | R | app=a.b |  |"
        ),
        "unbounded_image: survey row 2, parameters: `r` takes images of any size (write `max-pixels=1024` into the column `parameters`, so that they are sent sooner)"
    );
}

#[test]
fn unfiltered_external_choices_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | select_one_external l | a | A |
| external_choices |
| | list_name | name | label | x |
| | l | a | A | 1 |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "unfiltered_external_choices: survey row 2, choice_filter: external choices are only meant for questions with a choice_filter (write a choice_filter, or put the list into the sheet `choices` and use `select_one`)"
    );
}

#[test]
fn unknown_column_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label | Disabled |
| | text | a | A |  |
| | text | b | B | yes |"
        ),
        "unknown_column: survey row 1, Disabled: the column `Disabled` is not known and is not read (put `_` before its name if it is a note)"
    );
}

#[test]
fn unknown_setting_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | form_idd |
| | x |"
        ),
        "unknown_setting: settings row 1, form_idd: `form_idd` is no setting and is not read (did you mean `form_id`?)"
    );
}

#[test]
fn unread_choice_column_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label |
| | select_one l | q | Q |
| choices |
| | list_name | name | label | my col |
| | l | a | A | x |"
        ),
        "unread_choice_column: choices row 1, my col: the column `my col` is not read, because there is a space in its name (write `_` for the space if expressions are to read it)"
    );
}

#[test]
fn untranslated_other_is_told() {
    assert_eq!(
        told(
            "
| survey |
| | type | name | label::en |
| | select_one l or_other | q | A |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "untranslated_other: survey, type: `or_other` adds a choice and a question in English, and the form is translated (add a choice `other` and a text question that is relevant when it is selected)"
    );
}
