//! Groups, repeats and loops in the body.

use super::assert_writes;

#[test]
fn attributes_of_a_repeat_are_those_of_its_inner_element() {
    assert_writes(
        r##"
| survey |
| | type | name | label | appearance | body::jr:noAddRemove | intent |
| | begin_group | g | G | field-list | | org.example.app(x=${a}) |
| | text | a | A | | | |
| | end_group | | | | | |
| | begin_repeat | r | | field-list | true() | |
| | text | b | B | | | |
| | end_repeat | | | | | |
"##,
        &[(
            "body",
            r##"
h:body
 group appearance="field-list" intent="org.example.app(x= /data/g/a )" ref="/data/g"
  label
   "G"
  input ref="/data/g/a"
   label
    "A"
 group ref="/data/r"
  label
  repeat appearance="field-list" jr:noAddRemove="true()" nodeset="/data/r"
   input ref="/data/r/b"
    label
     "B"
"##,
        )],
    );
}

#[test]
fn a_table_list_has_its_labels_on_top() {
    assert_writes(
        r##"
| survey |
| | type | name | label | appearance |
| | begin_group | g | G | table-list w2 |
| | select_one l | a | A | |
| | select_one l | b | B | |
| | end_group | | | |
| choices |
| | list_name | name | label |
| | l | x | X |
"##,
        &[(
            "body",
            r##"
h:body
 group appearance="field-list w2" ref="/data/g"
  input ref="/data/g/generated_table_list_label_2"
   label
    "G"
  select1 appearance="label" ref="/data/g/reserved_name_for_field_list_labels_3"
   label
    " "
   itemset nodeset="instance('l')/root/item"
    value ref="name"
    label ref="label"
  select1 appearance="list-nolabel" ref="/data/g/a"
   label
    "A"
   itemset nodeset="instance('l')/root/item"
    value ref="name"
    label ref="label"
  select1 appearance="list-nolabel" ref="/data/g/b"
   label
    "B"
   itemset nodeset="instance('l')/root/item"
    value ref="name"
    label ref="label"
"##,
        )],
    );
}

#[test]
fn a_loop_is_written_out_for_each_choice() {
    assert_writes(
        r##"
| survey |
| | type | name | label | relevant |
| | begin loop over l | crops | Crops | |
| | integer | area | How much %(label)s? | '%(name)s' != '' |
| | text | why | 100%% of %(name)s | |
| | end loop | | | |
| choices |
| | list_name | name | label |
| | l | maize | maize |
| | l | none | None |
| | l | rice | rice |
"##,
        &[
            (
                "record",
                r##"
data id="form"
 crops
  maize
   area
   why
  rice
   area
   why
 meta
  instanceID
"##,
            ),
            (
                "body",
                r##"
h:body
 group ref="/data/crops"
  label
   "Crops"
  group ref="/data/crops/maize"
   label
    "maize"
   input ref="/data/crops/maize/area"
    label
     "How much maize?"
   input ref="/data/crops/maize/why"
    label
     "100% of maize"
  group ref="/data/crops/rice"
   label
    "rice"
   input ref="/data/crops/rice/area"
    label
     "How much rice?"
   input ref="/data/crops/rice/why"
    label
     "100% of rice"
"##,
            ),
            (
                "binds",
                r##"
bind nodeset="/data/crops/maize/area" relevant="'maize' != ''" type="int"
bind nodeset="/data/crops/maize/why" type="string"
bind nodeset="/data/crops/rice/area" relevant="'rice' != ''" type="int"
bind nodeset="/data/crops/rice/why" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
        ],
    );
}

#[test]
fn what_is_computed_is_shown_only_with_words() {
    assert_writes(
        r##"
| survey |
| | type | name | label | hint | calculation |
| | text | a | | | 1 + 1 |
| | text | b | B | | 1 + 1 |
| | text | c | | Hint | 1 + 1 |
| | calculate | d | D | | 1 + 1 |
| | hidden | e | E | | |
"##,
        &[(
            "body",
            r##"
h:body
 input ref="/data/b"
  label
   "B"
 input ref="/data/c"
  label
  hint
   "Hint"
"##,
        )],
    );
}
