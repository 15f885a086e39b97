//! What is said about forms that are unsound: each fault with its place and what to write instead.

use crate::errors;

#[test]
fn ambiguous_reference_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin loop over l | a | A |
| | text | b | B |
| | end loop | |  |
| | note | n | ${b} |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "ambiguous_reference: survey row 5, label: `${b}` does not say which one is meant: the form's root, something generated, or another round of the same loop has that name too (give one of them another name)"
    );
}

#[test]
fn audit_age_below_interval_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters |
| | audit | | | location-priority=balanced location-min-interval=5 location-max-age=2 |
| | text | a | A |  |"
        ),
        "audit_age_below_interval: survey row 2, parameters: `location-max-age` is less than `location-min-interval` (make it at least as great)"
    );
}

#[test]
fn big_image_without_image_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | big-image |
| | text | a | A | g.png |"
        ),
        "big_image_without_image: survey row 2, big-image: `a` has a big-image, but no image that opens it (write a smaller image into the column `image`)"
    );
}

#[test]
fn calculated_background_place_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | trigger | calculation |
| | background-geopoint | a | | ${b} | 1 |
| | text | b | B | |  |"
        ),
        "calculated_background_place: survey row 2, calculation: a place that is taken in the background cannot be computed (empty the cell)"
    );
}

#[test]
fn conflicting_columns_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | relevance | relevant |
| | text | a | A | 1 | 2 |"
        ),
        "conflicting_columns: survey row 1, relevant: `relevance` and `relevant` are two names of the same column (take one of them out, or give it another name)"
    );
}

#[test]
fn conflicting_instances_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_one_from_file a.csv | q | Q |
| | select_one_from_file a.xml | q2 | Q |"
        ),
        "conflicting_instances: survey row 3, type: `a` would stand for `jr://file-csv/a.csv` and for `jr://file/a.xml` (give the list or one of the files another name)"
    );
}

#[test]
fn dot_in_entity_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | label |
| | a.b | x |"
        ),
        "dot_in_entity_list: entities row 2, list_name: there is a dot in the name of the entity list `a.b` (write `_` instead)"
    );
}

#[test]
fn duplicate_choice_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_one l | q | Q |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| | l | a | C |"
        ),
        "duplicate_choice: choices row 4, name: `a` is in the list `l` twice (give it another name, or write `yes` into the setting `allow_choice_duplicates`)"
    );
}

#[test]
fn duplicate_entity_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | label |
| | e | x |
| | e | y |"
        ),
        "duplicate_entity_list: entities row 3, list_name: the entity list `e` is there twice (keep one row for each list)"
    );
}

#[test]
fn duplicate_external_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | csv-external | f |  |
| | begin_group | g | G |
| | csv-external | f |  |
| | end_group | |  |
| | text | a | A |"
        ),
        "empty_group: survey row 3, type: nothing in the group `g` is shown (put a question into it, or take what is in it out of the group)\n\
         duplicate_external: survey row 4, name: the file `f` is there in row 2 too (keep one of them)"
    );
}

#[test]
fn duplicate_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| | text | a | B |"
        ),
        "duplicate_name: survey row 3, name: another row in the same group or repeat is called `a` too (give one of them another name)"
    );
}

#[test]
fn duplicate_repeat_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin_group | g | A |
| | begin_repeat | r | Q |
| | text | q | q |
| | end_repeat | |  |
| | end_group | |  |
| | begin_repeat | r | Q |
| | text | q2 | q |
| | end_repeat | |  |"
        ),
        "duplicate_repeat_name: survey row 7, name: another repeat is called `r` too (give one of them another name, also if they are in different groups)"
    );
}

#[test]
fn duplicate_save_to_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | text | a | A | p |
| | text | b | A | p |
| entities |
| | list_name | label |
| | e | x |"
        ),
        "duplicate_save_to: survey row 3, save_to: row 2 saves to the property `p` too (save to another property, or take one of them out)"
    );
}

#[test]
fn empty_form_id_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | form_id |
| | None |"
        ),
        "empty_form_id: settings row 2, form_id: the form has no id (write an id that is not `None`)"
    );
}

#[test]
fn empty_group_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin_group | g | G |
| | end_group | |  |
| | text | a | A |"
        ),
        "empty_group: survey row 2, type: nothing in the group `g` is shown (put a question into it, or take what is in it out of the group)"
    );
}

#[test]
fn encryption_needs_instance_id_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | omit_instanceID | public_key |
| | yes | k |"
        ),
        "encryption_needs_instance_id: settings row 2, omit_instanceID: the instance id cannot be left out, because encryption needs it (take out `omit_instanceID` or `public_key`)"
    );
}

#[test]
fn entity_list_not_read_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | entity_id |
| | e | ${a} |"
        ),
        "entity_list_not_read: entities row 2, list_name: the form updates the entity list `e`, but does not read it (ask with `select_one_from_file e.csv`, or add a row `csv-external` named `e`)"
    );
}

#[test]
fn entity_scope_of_reference_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | begin_repeat | r | R |  |
| | text | a | A | p |
| | end_repeat | | |  |
| | begin_repeat | s | R |  |
| | text | b | B |  |
| | end_repeat | | |  |
| entities |
| | list_name | label |
| | e | ${b} |"
        ),
        "entity_scope_of_reference: entities row 2: `${b}` is in `s`, and other questions of the entity list `e` are in `r` (copy the answer with a calculation to where the others are, and refer to that)"
    );
}

#[test]
fn entity_scope_of_save_to_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | begin_repeat | r | R |  |
| | text | a | A | p |
| | end_repeat | | |  |
| | text | b | B | q |
| entities |
| | list_name | label |
| | e | x |"
        ),
        "entity_scope_of_save_to: survey row 5, save_to: `q` is in the form itself, and other questions of the entity list `e` are in `r` (copy the answer with a calculation to where the others are, and save that)"
    );
}

#[test]
fn external_in_repeat_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin_repeat | r | R |
| | csv-external | f |  |
| | text | a | A |
| | end_repeat | |  |"
        ),
        "external_in_repeat: survey row 3, type: the file `f` stands in the repeat `r` (move the row out of the repeat)"
    );
}

#[test]
fn headless_column_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |  |
| | text | a | A | x |"
        ),
        "headless_column: survey row 2: column 4 has no header (write what the column is into the first row, or empty it)"
    );
}

#[test]
fn incomplete_audit_location_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters |
| | audit | | | location-priority=balanced |
| | text | a | A |  |"
        ),
        "incomplete_audit_location: survey row 2, parameters: some of the parameters that record places are missing (give `location-priority`, `location-min-interval` and `location-max-age` together)"
    );
}

#[test]
fn incomplete_header_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | bind |
| | text | a | A | x |"
        ),
        "incomplete_header: survey row 1, bind: the column `bind` does not say what it sets (write it after two colons, like `bind::name`)"
    );
}

#[test]
fn invalid_app_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | image | r | R | app=x |  |"
        ),
        "invalid_app: survey row 2, parameters: `x` is no name of an Android package: there is no dot in it (write it like `app=org.example.camera`)"
    );
}

#[test]
fn invalid_attribute_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | body::a b |
| | text | a | A | x |"
        ),
        "invalid_attribute: survey row 2, body::a b: `a b` cannot name an attribute (begin it with a letter or `_`, and use only letters, digits, `_`, `-` and `.` in it)"
    );
}

#[test]
fn invalid_audit_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | audit | x | A |
| | text | a | A |"
        ),
        "invalid_audit_name: survey row 2, name: an audit cannot be called `x` (leave its name empty)"
    );
}

#[test]
fn invalid_choice_column_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_one l | q | Q |
| choices |
| | list_name | name | label | 1col |
| | l | a | A | x |"
        ),
        "invalid_choice_column: choices row 1, 1col: `1col` cannot name a column that expressions read (begin it with a letter or `_`, and use only letters, digits, `_`, `-` and `.` in it)"
    );
}

#[test]
fn invalid_choice_file_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_one_from_file a.b.csv | a | A |"
        ),
        "invalid_choice_file: survey row 2, type: `a.b.csv` is no file that choices can come from (name a file with one dot in its name that ends in .csv, .xml or .geojson)"
    );
}

#[test]
fn invalid_loop_choice_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin loop over l | a | A |
| | text | b | B |
| | end loop | |  |
| choices |
| | list_name | name | label |
| | l | 1 | A |
| | l | b | B |"
        ),
        "invalid_loop_choice: choices row 2, name: `1` cannot name a round of the loop `a` (begin it with a letter or `_`, and use only letters, digits, `_`, `-` and `.` in it)"
    );
}

#[test]
fn invalid_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a b | A |"
        ),
        "invalid_name: survey row 2, name: `a b` cannot be a name (begin it with a letter or `_`, and use only letters, digits, `_`, `-` and `.` in it)"
    );
}

#[test]
fn invalid_parameter_value_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters |
| | text | a | A | rows=x |"
        ),
        "invalid_parameter_value: survey row 2, parameters: the parameter `rows` cannot be `x` (write a whole number)"
    );
}

#[test]
fn invalid_parameters_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters |
| | text | a | A | rows |"
        ),
        "invalid_parameters: survey row 2, parameters: `rows` is no list of parameters (write each as a name and a value, like `randomize=true seed=7`)"
    );
}

#[test]
fn invalid_placeholder_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin loop over l | a | A |
| | text | b | B 100% |
| | end loop | |  |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "invalid_placeholder: survey row 3, label: in a loop, `%` stands for nothing that the choices have (write `%(label)s`, `%(name)s` or the name of another column, and `%%` for a percent sign)"
    );
}

#[test]
fn invalid_reference_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | trigger | calculation |
| | text | a | A | b | 1 |
| | text | b | B | |  |"
        ),
        "invalid_reference: survey row 2, trigger: `b` refers to no question (write the names of questions like `${name}`, with commas between them)"
    );
}

#[test]
fn invalid_save_to_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | text | a | A | e#p#q |
| entities |
| | list_name | label |
| | e | x |"
        ),
        "invalid_save_to: survey row 2, save_to: there are two `#` in `e#p#q` (write it like `list#property`)"
    );
}

#[test]
fn invisible_trigger_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | trigger | calculation |
| | calculate | c | | | 1 |
| | text | a | A | ${c} | 1 |"
        ),
        "invisible_trigger: survey row 3, trigger: `${c}` is not shown, so nobody can change it and set off `a` (name a question that is shown)"
    );
}

#[test]
fn loop_choice_without_label_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin loop over l | a | A |
| | text | b | B |
| | end loop | |  |
| choices |
| | list_name | name | label |
| | l | a | |"
        ),
        "loop_choice_without_label: choices row 2, label: the loop `a` needs a label for its round `a` (write a label)"
    );
}

#[test]
fn missing_calculation_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | calculate | a | A |"
        ),
        "missing_calculation: survey row 2, calculation: `a` says not what is computed (write an expression into the column `calculation`)"
    );
}

#[test]
fn missing_choice_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_one l | q | Q |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| | l | | C |"
        ),
        "missing_choice_name: choices row 4, name: the choice has no name (write what is to be kept as the answer)"
    );
}

#[test]
fn missing_choices_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_one m | a | A |"
        ),
        "missing_choices: survey row 2, type: there is no sheet `choices`, or nothing in it (add a sheet `choices` with the columns `list_name`, `name` and `label`)"
    );
}

#[test]
fn missing_column_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | a | b |
| | x | y |"
        ),
        "missing_column: survey row 1: the sheet has no column `type` (write the headers into the first row; one of them is `type`)"
    );
}

#[test]
fn missing_comma_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | trigger | calculation |
| | text | a | A | ${b} ${c} | 1 |
| | text | b | B | |  |
| | text | c | C | |  |"
        ),
        "missing_comma: survey row 2, trigger: there is no comma between the references in `${b} ${c}` (write them like `${a}, ${b}`)"
    );
}

#[test]
fn missing_entity_id_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | label | update_if |
| | e | x | true() |"
        ),
        "missing_entity_id: entities row 2, entity_id: nothing says which entity is updated (write an `entity_id`, or move `update_if` to `create_if`)"
    );
}

#[test]
fn missing_entity_label_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | label |
| | e |  |"
        ),
        "missing_entity_label: entities row 2, label: an entity is created without a label (write a `label`, or an `entity_id` to update an entity)"
    );
}

#[test]
fn missing_entity_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | label |
| |  | x |"
        ),
        "missing_entity_list: entities row 2, list_name: the row names no entity list (write the name of the list)"
    );
}

#[test]
fn missing_external_choices_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | choice_filter |
| | select_one_external l | a | A | x=1 |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "missing_external_choices: survey row 2, type: there is no sheet `external_choices` (add a sheet `external_choices` with the columns `list_name` and `name`)"
    );
}

#[test]
fn missing_label_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a |  |"
        ),
        "missing_label: survey row 2, label: `a` shows nothing (write what is asked into the column `label`, or a hint)"
    );
}

#[test]
fn missing_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin loop | a | A |
| | text | b | B |
| | end loop | |  |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "missing_list: survey row 2, type: the loop names no list (write it like `begin loop over list_name`)"
    );
}

#[test]
fn missing_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | | A |"
        ),
        "missing_name: survey row 2, name: the row has no name (write a name that no other row beside it has)"
    );
}

#[test]
fn missing_survey_is_told() {
    assert_eq!(
        errors(
            "
| choices |
| | list_name | name | label |
| | l | a | A |
| settings |
| | form_id |
| | x |"
        ),
        "missing_survey: there is no sheet `survey` (put the questions into a sheet named `survey`)"
    );
}

#[test]
fn missing_trigger_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | trigger |
| | background-geopoint | a | |  |
| | text | b | B |  |"
        ),
        "missing_trigger: survey row 2, trigger: nothing says when the place is to be taken (write a question like `${name}` into the column `trigger`)\n\
         missing_label: survey row 2, label: `a` shows nothing (write what is asked into the column `label`, or a hint)"
    );
}

#[test]
fn missing_type_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| |  | b | B |"
        ),
        "missing_type: survey row 3, type: the row has no type (write what kind of question it is, for example `text`)"
    );
}

#[test]
fn missing_update_if_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | label | entity_id | create_if |
| | e | x | ${a} | true() |"
        ),
        "missing_update_if: entities row 2, update_if: an entity is created or updated, and nothing says when it is updated (write an `update_if`, or take out `entity_id` to create only)\n\
         entity_list_not_read: entities row 2, list_name: the form updates the entity list `e`, but does not read it (ask with `select_one_from_file e.csv`, or add a row `csv-external` named `e`)"
    );
}

#[test]
fn no_place_for_entity_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | label |
| | e | x |
| | f | y |"
        ),
        "no_place_for_entity: entities row 3, list_name: there is no place for the entity list `f` in the form itself, because row 2 has it (each group and repeat holds one entity: put the questions of each list into a group of its own)"
    );
}

#[test]
fn none_without_choices_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_multiple_from_file l.csv | q | Q |
| settings |
| | add_none_option |
| | yes |"
        ),
        "none_without_choices: survey row 2, type: the setting `add_none_option` needs a list in the sheet `choices` (take the setting out)"
    );
}

#[test]
fn or_other_with_choice_filter_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | choice_filter |
| | select_one l or_other | q | A | true() |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "or_other_with_choice_filter: survey row 2, choice_filter: `or_other` does not go with a choice_filter (add a choice `other`, and a text question that is relevant when it is selected)"
    );
}

#[test]
fn or_other_without_choices_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_one a.csv or_other | q | A |"
        ),
        "or_other_without_choices: survey row 2, type: `or_other` needs a list in the sheet `choices` (take out `or_other`)"
    );
}

#[test]
fn overlong_header_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label::a::b |
| | text | a | A |"
        ),
        "overlong_header: survey row 1, label::a::b: the header `label::a::b` has too many parts (write at most the language behind the name of the column, like `label::English (en)`)"
    );
}

#[test]
fn range_parameter_no_number_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | start=x |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "range_parameter_no_number: survey row 2, parameters: the parameter `start` is `x`, which is no number (write a number)"
    );
}

#[test]
fn range_parameter_off_step_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | step=2 tick_interval=3 end=11 |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "range_parameter_off_step: survey row 2, parameters: the parameter `tick_interval` is no multiple of `step` (write a multiple of `step`)"
    );
}

#[test]
fn range_parameter_outside_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | placeholder=100 |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "range_parameter_outside: survey row 2, parameters: the parameter `placeholder` is not between `start` and `end` (write a number between them)"
    );
}

#[test]
fn range_parameter_too_large_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | step=100 |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "range_parameter_too_large: survey row 2, parameters: the parameter `step` is greater than what is between `start` and `end` (write a smaller number)"
    );
}

#[test]
fn range_parameter_with_appearance_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | tick_interval=2 | rating |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "range_parameter_with_appearance: survey row 2, parameters: the parameter `tick_interval` does not go with the appearance `rating` (use the appearance `vertical` or `no-ticks`, or none)"
    );
}

#[test]
fn range_parameter_zero_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | step=0 |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "range_parameter_zero: survey row 2, parameters: the parameter `step` is 0 (write a number that is not 0)"
    );
}

#[test]
fn repeat_named_like_root_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin_repeat | data | A |
| | text | q | Q |
| | end_repeat | |  |"
        ),
        "repeat_named_like_root: survey row 2, name: a repeat cannot be called `data` like the form's root (give the repeat another name)"
    );
}

#[test]
fn reserved_entity_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | text | a | A | __x |
| entities |
| | list_name | label |
| | e | x |"
        ),
        "reserved_entity_name: survey row 2, save_to: the property `__x` begins with two underscores (begin it with a letter)"
    );
}

#[test]
fn reserved_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | meta | A |"
        ),
        "reserved_name: survey row 2, name: the name `meta` is kept for what tells about the record (choose another name)"
    );
}

#[test]
fn reserved_property_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | text | a | A | name |
| entities |
| | list_name | label |
| | e | x |"
        ),
        "reserved_property: survey row 2, save_to: every entity has a `name` of its own (choose another name for the property)"
    );
}

#[test]
fn save_to_in_group_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | begin_group | g | G | p |
| | text | b | A |  |
| | end_group | | |  |
| entities |
| | list_name | label |
| | e | x |"
        ),
        "save_to_in_group: survey row 2, save_to: groups and repeats have no answer to save (move it to a question)"
    );
}

#[test]
fn save_to_without_entities_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | text | a | A | p |"
        ),
        "save_to_without_entities: survey row 2, save_to: the answer is saved to an entity, but the form has none (add a sheet `entities` with a row for the entity list)\n\
         undeclared_prefix: survey row 2, save_to: the prefix `entities` of `entities:saveto` is not declared (declare it in the setting `namespaces`, like `x=\"http://example.org/x\"`)"
    );
}

#[test]
fn save_to_without_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | text | a | A | p |
| entities |
| | list_name | label |
| | e | x |
| | f | y |"
        ),
        "save_to_without_list: survey row 2, save_to: `p` does not say which entity list it belongs to (write it like `list#p`)\n\
         no_place_for_entity: entities row 3, list_name: there is no place for the entity list `f` in the form itself, because row 2 has it (each group and repeat holds one entity: put the questions of each list into a group of its own)"
    );
}

#[test]
fn search_shares_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | appearance |
| | select_one l | a | A | search('f') |
| | select_one l | b | B |  |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "search_shares_list: survey row 2, appearance: `a` searches with the list `l`, which is used without `search()` by `b` (give it a list of its own, or use `search()` with all of them)"
    );
}

#[test]
fn search_without_choices_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | appearance |
| | select_one_from_file l.csv | a | A | search('f') |"
        ),
        "search_without_choices: survey row 2, appearance: `a` searches a file, and takes its choices from elsewhere too (take out `search()`, or name a list in the sheet `choices`)"
    );
}

#[test]
fn seed_without_randomize_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters |
| | select_one l | a | A | seed=3 |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "seed_without_randomize: survey row 2, parameters: there is a `seed`, but the choices are not put into random order (add `randomize=true`, or take out `seed`)"
    );
}

#[test]
fn select_bind_type_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | bind::type |
| | select_one l | a | A | int |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "select_bind_type: survey row 2, bind::type: the choice of `a` is kept as text, not as `int` (empty the cell)"
    );
}

#[test]
fn select_multiple_from_repeat_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin_repeat | r | R |
| | text | t | T |
| | end_repeat | |  |
| | select_multiple ${t} | q | A |"
        ),
        "select_multiple_from_repeat: survey row 5, type: several answers to `q` cannot be chosen from other questions (use `select_one ${t}`)"
    );
}

#[test]
fn space_in_choice_name_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_multiple l | q | A |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b c | B |"
        ),
        "space_in_choice_name: choices row 3, name: the choice `b c` of the list `l` has a space in its name, and `q` is answered with several names (call it `b_c`)"
    );
}

#[test]
fn table_list_of_two_lists_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | appearance | choice_filter |
| | begin_group | g | G | table-list |  |
| | select_one l | a | A | |  |
| | select_one m | b | A | |  |
| | end_group | | | |  |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |
| | m | a | A |"
        ),
        "table_list_of_two_lists: survey row 4, type: the questions of a table-list share one list, and `m` is not `l` (use the list `l`, or take the question out of the group)"
    );
}

#[test]
fn table_list_with_choice_filter_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | appearance | choice_filter |
| | begin_group | g | G | table-list |  |
| | select_one l | a | A | | true() |
| | end_group | | | |  |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "table_list_with_choice_filter: survey row 3, choice_filter: a choice_filter does not go with the appearance `table-list` (take out one of them)"
    );
}

#[test]
fn table_list_without_choices_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | appearance | choice_filter |
| | begin_group | g | G | table-list |  |
| | select_one_from_file a.csv | q | A | |  |
| | end_group | | | |  |"
        ),
        "table_list_without_choices: survey row 3, type: the appearance `table-list` needs a list in the sheet `choices` (take the question out of the group, or the appearance off the group)"
    );
}

#[test]
fn tick_label_no_number_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | tick_labelset=l |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "tick_label_no_number: survey row 2, parameters: the choice `a` of the list `l` is no number (name the choices of the list after the numbers they label)"
    );
}

#[test]
fn tick_label_off_step_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | tick_labelset=n3 step=2 start=0 |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "tick_label_off_step: survey row 2, parameters: the choice `3` of the list `n3` is not `start` plus a multiple of `step` (label only numbers that have a tick)"
    );
}

#[test]
fn tick_label_outside_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | tick_labelset=n2 |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "tick_label_outside: survey row 2, parameters: the choice `50` of the list `n2` is not between `start` and `end` (label only numbers between them)"
    );
}

#[test]
fn tick_labels_not_ends_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | tick_labelset=n | no-ticks |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "tick_labels_not_ends: survey row 2, parameters: without ticks, the list `n` can label only `start` and `end` (name its two choices after them)"
    );
}

#[test]
fn too_many_tick_labels_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | start=1 end=3 tick_labelset=n | no-ticks |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 2 | A |
| | n | 3 | B |"
        ),
        "too_many_tick_labels: survey row 2, parameters: without ticks, the list `n` can have only two choices (keep those for `start` and `end`)"
    );
}

#[test]
fn translated_in_loop_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | constraint_message::en (en) |
| | begin loop over l | a | A |  |
| | text | b | B | no |
| | end loop | | |  |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "translated_in_loop: survey row 3, constraint_message::en (en): in a loop, only labels and hints can be translated (write it in one language, or use a repeat instead of the loop)"
    );
}

#[test]
fn undeclared_prefix_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | x:a | A |"
        ),
        "undeclared_prefix: survey row 2, name: the prefix `x` of `x:a` is not declared (declare it in the setting `namespaces`, like `x=\"http://example.org/x\"`)"
    );
}

#[test]
fn unfiltered_external_choices_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | select_one_external l | a | A |
| external_choices |
| | list_name | name | label | x |
| | l | a | A | 1 |"
        ),
        "unfiltered_external_choices: survey row 2, choice_filter: external choices are only meant for questions with a choice_filter (write a choice_filter, or put the list into the sheet `choices` and use `select_one`)"
    );
}

#[test]
fn unknown_entity_column_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| entities |
| | list_name | label | foo |
| | e | x | y |"
        ),
        "unknown_entity_column: entities row 1, foo: `foo` is no column of entities (take the column out)"
    );
}

#[test]
fn unknown_entity_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | save_to |
| | text | a | A | f#p |
| entities |
| | list_name | label |
| | e | x |"
        ),
        "unknown_entity_list: survey row 2, save_to: there is no entity list `f` (did you mean `e`?)"
    );
}

#[test]
fn unknown_external_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | choice_filter |
| | select_one_external m | a | A | x=1 |
| external_choices |
| | list_name | name | label | x |
| | l | a | A | 1 |"
        ),
        "unknown_external_list: survey row 2, type: there is no list `m` in the sheet `external_choices` (did you mean `l`?)"
    );
}

#[test]
fn unknown_list_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin loop over m | a | A |
| | text | b | B |
| | end loop | |  |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "unknown_list: survey row 2, type: there is no list `m` in the sheet `choices` (did you mean `l`?)"
    );
}

#[test]
fn unknown_media_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | media::foo |
| | text | a | A | x |"
        ),
        "unknown_media: survey row 2, media::foo: `foo` is no kind of media (write `image`, `big-image`, `audio` or `video`)"
    );
}

#[test]
fn unknown_parameter_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters |
| | text | a | A | row=3 |"
        ),
        "unknown_parameter: survey row 2, parameters: `text` has no parameter `row` (did you mean `rows`?)"
    );
}

#[test]
fn unknown_reference_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | repeat_count |
| | begin_repeat | r | R | 1+1 |
| | text | x | X | |
| | end_repeat | | | |
| | note | n | ${r_count} |  |"
        ),
        "unknown_reference: survey row 5, label: `${r_count}` names no question (write a name from the column `name` of the survey)"
    );
}

#[test]
fn unknown_reference_geometry_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters |
| | geoshape | r | R | reference-geometry=zz |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | b | B |"
        ),
        "unknown_reference_geometry: survey row 2, parameters: `zz` names nothing that has places (name a list of choices or of entities, a file without its extension, or a repeat like `${repeat}`)"
    );
}

#[test]
fn unknown_tick_labels_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | parameters | appearance |
| | range | r | R | tick_labelset=zz |  |
| choices |
| | list_name | name | label |
| | n | 1 | A |
| | n | 5 | A |
| | l | a | A |
| | n2 | 1 | A |
| | n2 | 50 | A |
| | n3 | 0 | A |
| | n3 | 3 | A |
| | n4 | 1 | A |
| | n4 | 10 | A |"
        ),
        "unknown_tick_labels: survey row 2, parameters: there is no list `zz` in the sheet `choices` (write the name of a list in the sheet `choices`)"
    );
}

#[test]
fn unknown_type_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | txt | a | A |"
        ),
        "unknown_type: survey row 2, type: `txt` is no type of question (did you mean `text`?)"
    );
}

#[test]
fn unmatched_begin_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin_repeat | a | A |
| | text | b | B |"
        ),
        "unmatched_begin: survey row 2, type: the repeat `a` is not ended (put a row `end_repeat` after what is in it)"
    );
}

#[test]
fn unmatched_end_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | text | a | A |
| | end_group | |  |"
        ),
        "unmatched_end: survey row 3, type: this end_group ends nothing (put a row `begin_group` before it, or take it out)"
    );
}

#[test]
fn unsupported_setting_is_told() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label |
| | begin_group | g | G |
| | text | a | A |
| | end_group | |  |
| settings |
| | flat |
| | yes |"
        ),
        "unsupported_setting: settings row 2, flat: records without groups are not supported (take the setting out)"
    );
}

#[test]
fn all_faults_of_a_form_are_told_at_once() {
    assert_eq!(
        errors(
            "
| survey |
| | type | name | label | relevant |
| | txt | a | A | |
| | text | b | ${zz} | ${a b} |
| | select_one m | b | B | |
| | end_group | | | |
| choices |
| | list_name | name | label |
| | l | a | A |
| | l | a | A |"
        ),
        "duplicate_choice: choices row 3, name: `a` is in the list `l` twice (give it another name, or write `yes` into the setting `allow_choice_duplicates`)\n\
         unknown_type: survey row 2, type: `txt` is no type of question (did you mean `text`?)\n\
         unknown_reference: survey row 3, label: `${zz}` names no question (write a name from the column `name` of the survey)\n\
         invalid_reference: survey row 3, relevant: `${a b` is no reference to a question (write the name of a question between `${` and `}`, with nothing else there)\n\
         duplicate_name: survey row 4, name: another row in the same group or repeat is called `b` too (give one of them another name)\n\
         unknown_list: survey row 4, type: there is no list `m` in the sheet `choices` (did you mean `l`?)\n\
         unmatched_end: survey row 5, type: this end_group ends nothing (put a row `begin_group` before it, or take it out)"
    );
}

#[test]
fn a_survey_that_is_misspelt_is_found() {
    let told = errors(
        "
| survy |
| | type | name | label |
| | text | a | A |
| choices |
| | list_name | name | label |
| | l | a | A |",
    );
    assert_eq!(
        told,
        "missing_survey: there is no sheet `survey` (is the sheet `survy` meant to be `survey`?)"
    );
}

#[test]
fn groups_that_are_too_deep_are_told_once() {
    let begin: String = (0..70)
        .map(|nth| format!("| | begin_group | g{nth} | G |\n"))
        .collect();
    let end = "| | end_group | | |\n".repeat(70);
    let text = format!("| survey |\n| | type | name | label |\n{begin}| | text | a | A |\n{end}");
    assert_eq!(
        errors(&text),
        "too_deep: survey row 66, type: more than 64 groups and repeats stand in each other (take some of them apart)"
    );
}

#[test]
fn misspelt_types_and_parameters_are_told_with_what_was_meant() {
    let hint = |row: &str| {
        let text = format!(
            "| survey |\n| | type | name | label | parameters |\n{row}\n| choices |\n| | list_name | name | label |\n| | yes_no | a | A |"
        );
        let told = errors(&text);
        told.rsplit_once("did you mean ")
            .map_or(told.clone(), |(_, meant)| meant.to_owned())
    };
    assert_eq!(hint("| | Text | a | A | |"), "`text`?)");
    assert_eq!(hint("| | interger | a | A | |"), "`integer`?)");
    assert_eq!(hint("| | Select_One yes_no | a | A | |"), "`select_one yes_no`?)");
    assert_eq!(hint("| | select_one yesno | a | A | |"), "`yes_no`?)");
    assert_eq!(hint("| | image | a | A | max-pixel=5 |"), "`max-pixels`?)");
}

#[test]
fn a_row_that_sets_a_setting_to_nothing_is_told() {
    for (setting, code) in [("form_id", "empty_form_id"), ("form_title", "missing_name")] {
        let told = errors(&format!(
            "
| survey |
| | type | name | label |
| | {setting} | | |
| | text | a | A |"
        ));
        assert!(
            told.starts_with(&format!("{code}: survey row 2, name: ")),
            "{told}"
        );
    }
}

#[test]
fn a_language_without_a_name_is_told() {
    let read = baraza_form::Form::read(baraza_form::Source::Markdown(
        "
| survey |
| | type | name | label:: |
| | text | a | A |",
    ));
    let codes: Vec<&str> = read.unwrap_err().iter().map(|error| error.code).collect();
    assert_eq!(codes, ["empty_language"]);
}

#[test]
fn a_setting_in_parts_is_told() {
    let told = errors(
        "
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | form_title::English (en) | form_id |
| | A title | f |",
    );
    assert!(told.starts_with("overlong_header: settings row 1, "), "{told}");
}
