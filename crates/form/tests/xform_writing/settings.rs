//! Settings, and the frame of a form.

use super::assert_writes;

#[test]
fn settings_frame_the_form() {
    assert_writes(
        r##"
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | form_title | form_id | version | name | style | submission_url | public_key | auto_send | auto_delete | client_editable | namespaces | attribute::odk:tag | instance_xmlns | prefix | delimiter |
| | Tea & "more" | tea | 7 | root | pages | https://example.org/s?a=1&b=2 | MIIB | true | false | yes | esri="http://esri.com/xforms" | t | http://example.org/record | + | ; |
"##,
        &[
            (
                "head",
                r##"
h:html xmlns="http://www.w3.org/2002/xforms" xmlns:esri="http://esri.com/xforms" xmlns:ev="http://www.w3.org/2001/xml-events" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" xmlns:odk="http://www.opendatakit.org/xforms" xmlns:orx="http://openrosa.org/xforms" xmlns:xsd="http://www.w3.org/2001/XMLSchema"
"Tea & \"more\""
model odk:xforms-version="1.0.0"
submission action="https://example.org/s?a=1&b=2" base64RsaPublicKey="MIIB" method="post" odk:client-editable="true" orx:auto-delete="false" orx:auto-send="true"
"##,
            ),
            (
                "record",
                r##"
{http://example.org/record}root id="tea" odk:delimiter=";" odk:prefix="+" odk:tag="t" version="7"
 {http://example.org/record}a
 {http://example.org/record}meta
  {http://example.org/record}instanceID
"##,
            ),
            (
                "body",
                r##"
h:body class="pages"
 input ref="/root/a"
  label
   "A"
"##,
            ),
        ],
    );
}

#[test]
fn the_record_is_named_and_numbered() {
    assert_writes(
        r##"
| survey |
| | type | name | label |
| | text | a | A ${instanceID} |
| settings |
| | instance_name |
| | concat(${a}, "!") |
"##,
        &[
            (
                "record",
                r##"
data id="form"
 a
 meta
  instanceID
  instanceName
"##,
            ),
            (
                "binds",
                r##"
bind nodeset="/data/a" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
bind calculate="concat( /data/a , \"!\")" nodeset="/data/meta/instanceName" type="string"
"##,
            ),
        ],
    );
}

#[test]
fn the_number_of_a_record_can_be_left_out() {
    assert_writes(
        r##"
| survey |
| | type | name | label |
| | text | a | A |
| settings |
| | omit_instanceID |
| | yes |
"##,
        &[
            (
                "record",
                r##"
data id="form"
 a
"##,
            ),
            (
                "binds",
                r##"
bind nodeset="/data/a" type="string"
"##,
            ),
        ],
    );
}

#[test]
fn a_choice_of_none_excludes_others() {
    assert_writes(
        r##"
| survey |
| | type | name | label | constraint |
| | select_multiple l | a | A | count-selected(.) < 3 |
| | select_multiple l | b | B | |
| settings |
| | add_none_option |
| | yes |
| choices |
| | list_name | name | label |
| | l | x | X |
"##,
        &[(
            "binds",
            r##"
bind constraint="count-selected(.) < 3 and (.='none' or not(selected(., 'none')))" nodeset="/data/a" type="string"
bind nodeset="/data/b" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
        )],
    );
}
