//! The record an interview starts from, and the binds of its answers.

use super::assert_writes;

#[test]
fn types_decide_what_a_bind_says() {
    assert_writes(
        r##"
| survey |
| | type | name | label |
| | start | begun | |
| | deviceid | device | |
| | uri:email | mail | |
| | phone number | phone | Phone |
| | percentage | share | Share |
| | trigger | seen | Seen |
| | acknowledge | agreed | Agreed |
| | note | told | Told |
| | file | paper | Paper |
"##,
        &[(
            "binds",
            r##"
bind jr:preload="timestamp" jr:preloadParams="start" nodeset="/data/begun" type="dateTime"
bind jr:preload="property" jr:preloadParams="deviceid" nodeset="/data/device" type="string"
bind jr:preload="property" jr:preloadParams="uri:email" nodeset="/data/mail" type="string"
bind constraint="regex(., '^\\d*$')" nodeset="/data/phone" type="string"
bind constraint="0 <= . and . <= 100" nodeset="/data/share" type="int"
bind nodeset="/data/agreed" type="string"
bind nodeset="/data/told" readonly="true()" type="string"
bind nodeset="/data/paper" type="binary"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
        )],
    );
}

#[test]
fn yes_and_no_become_functions_and_expressions_stay() {
    assert_writes(
        r##"
| survey |
| | type | name | label | required | read_only | relevant | constraint | calculation |
| | text | a | A | yes | no | TRUE | . != ${b} | |
| | text | b | B | true() | | ${a} = 'yes' | yes | |
| | calculate | c | | | | | | false |
"##,
        &[(
            "binds",
            r##"
bind constraint=". !=  /data/b " nodeset="/data/a" readonly="false()" relevant="true()" required="true()" type="string"
bind constraint="true()" nodeset="/data/b" relevant=" /data/a  = 'yes'" required="true()" type="string"
bind calculate="false()" nodeset="/data/c" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
        )],
    );
}

#[test]
fn messages_that_show_answers_or_have_languages_stand_apart() {
    assert_writes(
        r##"
| survey |
| | type | name | label | constraint | constraint_message | required | required_message | noAppErrorString |
| | text | a | A | . != '' | Not like ${b} | yes | Needed | None |
| | text | b | B | . != '' | Never | yes | Needed since ${a} | |
"##,
        &[
            (
                "binds",
                r##"
bind constraint=". != ''" jr:constraintMsg="jr:itext('/data/a:jr:constraintMsg')" jr:noAppErrorString="None" jr:requiredMsg="Needed" nodeset="/data/a" required="true()" type="string"
bind constraint=". != ''" jr:constraintMsg="Never" jr:requiredMsg="jr:itext('/data/b:jr:requiredMsg')" nodeset="/data/b" required="true()" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "texts",
                r##"
itext
 translation default="true()" lang="default"
  text id="/data/a:jr:constraintMsg"
   value
    " Not like "
    output value=" /data/b "
    " "
  text id="/data/b:jr:requiredMsg"
   value
    " Needed since "
    output value=" /data/a "
    " "
"##,
            ),
        ],
    );
}

#[test]
fn defaults_stand_in_the_record_unless_they_are_computed() {
    assert_writes(
        r##"
| survey |
| | type | name | label | default |
| | text | a | A | hello |
| | image | b | B | pic-1.png |
| | date | c | C | 2024-01-31 |
| | date | d | D | today() |
| | integer | e | E | 5 - 3 |
| | decimal | f | F | 5-3 |
| | text | g | G | ${a} |
| | text | h | H | ${last-saved#a} |
"##,
        &[
            (
                "record",
                r##"
data id="form"
 a
  "hello"
 b
  "jr://images/pic-1.png"
 c
  "2024-01-31"
 d
 e
 f
  "5-3"
 g
 h
 meta
  instanceID
"##,
            ),
            (
                "binds",
                r##"
bind nodeset="/data/a" type="string"
bind nodeset="/data/b" type="binary"
bind nodeset="/data/c" type="date"
bind nodeset="/data/d" type="date"
setvalue event="odk-instance-first-load" ref="/data/d" value="today()"
bind nodeset="/data/e" type="int"
setvalue event="odk-instance-first-load" ref="/data/e" value="5 - 3"
bind nodeset="/data/f" type="decimal"
bind nodeset="/data/g" type="string"
setvalue event="odk-instance-first-load" ref="/data/g" value=" /data/a "
bind nodeset="/data/h" type="string"
setvalue event="odk-instance-first-load" ref="/data/h" value=" instance('__last-saved')/data/a "
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
        ],
    );
}

#[test]
fn a_repeat_stands_in_the_record_twice_with_its_template_first() {
    assert_writes(
        r##"
| survey |
| | type | name | label |
| | begin_repeat | outer | Outer |
| | text | a | A |
| | begin_group | g | G |
| | begin_repeat | inner | Inner |
| | text | b | B |
| | end_repeat | | |
| | end_group | | |
| | end_repeat | | |
"##,
        &[(
            "record",
            r##"
data id="form"
 outer jr:template=""
  a
  g
   inner jr:template=""
    b
   inner
    b
 outer
  a
  g
   inner
    b
 meta
  instanceID
"##,
        )],
    );
}

#[test]
fn defaults_in_a_repeat_are_set_for_each_instance() {
    assert_writes(
        r##"
| survey |
| | type | name | label | default |
| | text | top | Top | |
| | begin_repeat | r | R | |
| | text | a | A | concat(${top}, ${b}) |
| | text | b | B | |
| | begin_repeat | s | S | |
| | text | c | C | now() |
| | end_repeat | | | |
| | end_repeat | | | |
"##,
        &[
            (
                "binds",
                r##"
bind nodeset="/data/top" type="string"
bind nodeset="/data/r/a" type="string"
setvalue event="odk-instance-first-load" ref="/data/r/a" value="concat( /data/top ,  ../b )"
bind nodeset="/data/r/b" type="string"
bind nodeset="/data/r/s/c" type="string"
setvalue event="odk-instance-first-load" ref="/data/r/s/c" value="now()"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "body",
                r##"
h:body
 input ref="/data/top"
  label
   "Top"
 group ref="/data/r"
  label
   "R"
  repeat nodeset="/data/r"
   input ref="/data/r/a"
    label
     "A"
   input ref="/data/r/b"
    label
     "B"
   group ref="/data/r/s"
    label
     "S"
    repeat nodeset="/data/r/s"
     input ref="/data/r/s/c"
      label
       "C"
     setvalue event="odk-new-repeat" ref="/data/r/s/c" value="now()"
   setvalue event="odk-new-repeat" ref="/data/r/a" value="concat( /data/top ,  ../b )"
"##,
            ),
        ],
    );
}

#[test]
fn attributes_of_the_author_go_where_they_are_meant_to() {
    assert_writes(
        r##"
| survey |
| | type | name | label | bind::foo | body::bar | instance::odk:z | compact_tag | bind::type |
| | text | a | A | x ${b} | y ${b} | z ${b} | t | int |
| | text | b | B | | | | | |
"##,
        &[
            (
                "record",
                r##"
data id="form"
 a odk:tag="t" odk:z="z  /data/b "
 b
 meta
  instanceID
"##,
            ),
            (
                "binds",
                r##"
bind foo="x  /data/b " nodeset="/data/a" type="int"
bind nodeset="/data/b" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "body",
                r##"
h:body
 input bar="y  /data/b " ref="/data/a"
  label
   "A"
 input ref="/data/b"
  label
   "B"
"##,
            ),
        ],
    );
}

#[test]
fn parameters_become_attributes() {
    assert_writes(
        r##"
| survey |
| | type | name | label | parameters | appearance |
| | text | a | A | rows=4 | multiline |
| | image | b | B | max-pixels=640 app=org.example.camera | |
| | audio | c | C | quality=voice-only | |
| | geopoint | d | D | capture-accuracy=2.5 warning-accuracy=10 allow-mock-accuracy=true | placement-map |
| | geoshape | e | E | incremental=true | |
| | range | f | F | start=0 end=2 step=0.5 placeholder=1 tick_interval=1 | |
| | range | g | G | | picker |
| | audit | | | track-changes=true identify-user=false location-priority=balanced location-min-interval=60 location-max-age=120 | |
"##,
        &[
            (
                "binds",
                r##"
bind nodeset="/data/a" type="string"
bind nodeset="/data/b" orx:max-pixels="640" type="binary"
bind nodeset="/data/c" odk:quality="voice-only" type="binary"
bind nodeset="/data/d" odk:allow-mock-accuracy="true" type="geopoint"
bind nodeset="/data/e" type="geoshape"
bind nodeset="/data/f" type="decimal"
bind nodeset="/data/g" type="int"
bind nodeset="/data/meta/audit" odk:identify-user="false" odk:location-max-age="120" odk:location-min-interval="60" odk:location-priority="balanced" odk:track-changes="true" type="binary"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "body",
                r##"
h:body
 input appearance="multiline" ref="/data/a" rows="4"
  label
   "A"
 upload intent="org.example.camera" mediatype="image/*" ref="/data/b"
  label
   "B"
 upload mediatype="audio/*" ref="/data/c"
  label
   "C"
 input accuracyThreshold="2.5" appearance="placement-map" ref="/data/d" unacceptableAccuracyThreshold="10"
  label
   "D"
 input incremental="true" ref="/data/e"
  label
   "E"
 range end="2" odk:placeholder="1" odk:tick-interval="1" ref="/data/f" start="0" step="0.5"
  label
   "F"
 range appearance="picker" end="10" ref="/data/g" start="1" step="1"
  label
   "G"
"##,
            ),
        ],
    );
}

#[test]
fn what_happens_by_itself_is_an_action() {
    assert_writes(
        r##"
| survey |
| | type | name | label | trigger | calculation | parameters |
| | start-geopoint | where | | | | |
| | background-audio | sound | | | | quality=low |
| | text | a | A | | | |
| | background-geopoint | place | | ${a} | | |
| | dateTime | when | | ${a} | now() | |
| | text | b | B | ${a}, ${c} | concat(${a}, 'x') | |
| | select_one l | c | C | | | |
| choices |
| | list_name | name | label |
| | l | x | X |
"##,
        &[
            (
                "binds",
                r##"
bind nodeset="/data/where" type="geopoint"
odk:setgeopoint event="odk-instance-first-load" ref="/data/where"
bind nodeset="/data/sound" type="binary"
odk:recordaudio event="odk-instance-load" odk:quality="low" ref="/data/sound"
bind nodeset="/data/a" type="string"
bind nodeset="/data/place" type="geopoint"
bind nodeset="/data/when" type="dateTime"
bind nodeset="/data/b" type="string"
bind nodeset="/data/c" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "body",
                r##"
h:body
 input ref="/data/a"
  label
   "A"
  setvalue event="xforms-value-changed" ref="/data/when" value="now()"
  setvalue event="xforms-value-changed" ref="/data/b" value="concat( /data/a , 'x')"
  odk:setgeopoint event="xforms-value-changed" ref="/data/place"
 input ref="/data/b"
  label
   "B"
 select1 ref="/data/c"
  label
   "C"
  itemset nodeset="instance('l')/root/item"
   value ref="name"
   label ref="label"
  setvalue event="xforms-value-changed" ref="/data/b" value="concat( /data/a , 'x')"
"##,
            ),
        ],
    );
}
