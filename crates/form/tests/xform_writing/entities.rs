//! Entities that a record makes or changes.

use super::assert_writes;

#[test]
fn a_record_makes_an_entity() {
    assert_writes(
        r##"
| survey |
| | type | name | label | save_to |
| | text | a | A | species |
| entities |
| | list_name | label | create_if |
| | trees | ${a} | ${a} != '' |
"##,
        &[
            (
                "head",
                r##"
h:html xmlns="http://www.w3.org/2002/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities" xmlns:ev="http://www.w3.org/2001/xml-events" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:orx="http://openrosa.org/xforms" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
"form"
model entities:entities-version="2024.1.0" odk:xforms-version="1.0.0"
"##,
            ),
            (
                "record",
                r##"
data id="form"
 a
 meta
  entity create="1" dataset="trees" id=""
   label
  instanceID
"##,
            ),
            (
                "binds",
                r##"
bind entities:saveto="species" nodeset="/data/a" type="string"
bind calculate=" /data/a  != ''" nodeset="/data/meta/entity/@create" readonly="true()" type="string"
bind nodeset="/data/meta/entity/@id" readonly="true()" type="string"
setvalue event="odk-instance-first-load" ref="/data/meta/entity/@id" value="uuid()"
bind calculate=" /data/a " nodeset="/data/meta/entity/label" readonly="true()" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
        ],
    );
}

#[test]
fn a_record_changes_an_entity() {
    assert_writes(
        r##"
| survey |
| | type | name | label | save_to |
| | select_one_from_file trees.csv | tree | Tree | |
| | text | a | A | species |
| entities |
| | dataset | entity_id | label | create_if | update_if |
| | trees | ${tree} | ${a} | ${tree} = '' | ${tree} != '' |
"##,
        &[
            (
                "record",
                r##"
data id="form"
 tree
 a
 meta
  entity baseVersion="" branchId="" create="1" dataset="trees" id="" trunkVersion="" update="1"
   label
  instanceID
"##,
            ),
            (
                "binds",
                r##"
bind nodeset="/data/tree" type="string"
bind entities:saveto="species" nodeset="/data/a" type="string"
bind calculate=" /data/tree  = ''" nodeset="/data/meta/entity/@create" readonly="true()" type="string"
bind calculate=" /data/tree  != ''" nodeset="/data/meta/entity/@update" readonly="true()" type="string"
bind calculate="instance('trees')/root/item[name= /data/tree ]/__version" nodeset="/data/meta/entity/@baseVersion" readonly="true()" type="string"
bind calculate="instance('trees')/root/item[name= /data/tree ]/__trunkVersion" nodeset="/data/meta/entity/@trunkVersion" readonly="true()" type="string"
bind calculate="instance('trees')/root/item[name= /data/tree ]/__branchId" nodeset="/data/meta/entity/@branchId" readonly="true()" type="string"
bind calculate=" /data/tree " nodeset="/data/meta/entity/@id" readonly="true()" type="string"
bind calculate=" /data/a " nodeset="/data/meta/entity/label" readonly="true()" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
        ],
    );
}

#[test]
fn entities_of_a_repeat_are_in_it() {
    assert_writes(
        r##"
| survey |
| | type | name | label | save_to |
| | begin_repeat | r | R | |
| | text | a | A | trees#species |
| | end_repeat | | | |
| | text | b | B | people#fullname |
| entities |
| | list_name | label |
| | trees | ${a} |
| | people | ${b} |
"##,
        &[
            (
                "head",
                r##"
h:html xmlns="http://www.w3.org/2002/xforms" xmlns:entities="http://www.opendatakit.org/xforms/entities" xmlns:ev="http://www.w3.org/2001/xml-events" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:orx="http://openrosa.org/xforms" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
"form"
model entities:entities-version="2025.1.0" odk:xforms-version="1.0.0"
"##,
            ),
            (
                "record",
                r##"
data id="form"
 r jr:template=""
  a
  meta
   entity create="1" dataset="trees" id=""
    label
 r
  a
  meta
   entity create="1" dataset="trees" id=""
    label
 b
 meta
  entity create="1" dataset="people" id=""
   label
  instanceID
"##,
            ),
            (
                "binds",
                r##"
bind entities:saveto="species" nodeset="/data/r/a" type="string"
bind nodeset="/data/r/meta/entity/@id" readonly="true()" type="string"
setvalue event="odk-instance-first-load" ref="/data/r/meta/entity/@id" value="uuid()"
bind calculate=" ../../../a " nodeset="/data/r/meta/entity/label" readonly="true()" type="string"
bind entities:saveto="fullname" nodeset="/data/b" type="string"
bind nodeset="/data/meta/entity/@id" readonly="true()" type="string"
setvalue event="odk-instance-first-load" ref="/data/meta/entity/@id" value="uuid()"
bind calculate=" /data/b " nodeset="/data/meta/entity/label" readonly="true()" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "body",
                r##"
h:body
 group ref="/data/r"
  label
   "R"
  repeat nodeset="/data/r"
   input ref="/data/r/a"
    label
     "A"
   setvalue event="odk-new-repeat" ref="/data/r/meta/entity/@id" value="uuid()"
 input ref="/data/b"
  label
   "B"
"##,
            ),
        ],
    );
}
