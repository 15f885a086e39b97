//! References to other questions, as paths.

use super::assert_writes;

#[test]
fn paths_in_one_repeat_are_relative_and_others_are_not() {
    assert_writes(
        r##"
| survey |
| | type | name | label | calculation | relevant |
| | text | top | Top | | |
| | begin_repeat | r | R of ${top} | | ${top} != '' |
| | text | a | A ${top} | | ${b} = 1 |
| | begin_group | g | G ${a} | | |
| | integer | b | B ${a} ${b} | | |
| | begin_repeat | s | S | | |
| | calculate | c | | ${a} + ${b} + ${d} + ${top} + count(${s}) | |
| | integer | d | D | | |
| | end_repeat | | | | |
| | end_group | | | | |
| | calculate | sum | | sum(${d}) | |
| | end_repeat | | | | |
| | calculate | total | | sum(${d}) + count(${r}) | |
"##,
        &[
            (
                "binds",
                r##"
bind nodeset="/data/top" type="string"
bind nodeset="/data/r" relevant=" /data/top  != ''"
bind nodeset="/data/r/a" relevant=" ../g/b  = 1" type="string"
bind nodeset="/data/r/g/b" type="int"
bind calculate=" ../../../a  +  ../../b  +  ../d  +  /data/top  + count( ../../s )" nodeset="/data/r/g/s/c" type="string"
bind nodeset="/data/r/g/s/d" type="int"
bind calculate="sum( ../g/s/d )" nodeset="/data/r/sum" type="string"
bind calculate="sum( /data/r/g/s/d ) + count( /data/r )" nodeset="/data/total" type="string"
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
   " R of "
   output value=" /data/top "
   " "
  repeat nodeset="/data/r"
   input ref="/data/r/a"
    label
     " A "
     output value=" /data/top "
     " "
   group ref="/data/r/g"
    label
     " G "
     output value=" ../a "
     " "
    input ref="/data/r/g/b"
     label
      " B "
      output value=" ../../a "
      " "
      output value=" ../b "
      " "
    group ref="/data/r/g/s"
     label
      "S"
     repeat nodeset="/data/r/g/s"
      input ref="/data/r/g/s/d"
       label
        "D"
"##,
            ),
        ],
    );
}

#[test]
fn within_a_group_alone_paths_are_from_the_root() {
    assert_writes(
        r##"
| survey |
| | type | name | label | relevant |
| | begin_group | g | G | |
| | text | a | A | |
| | text | b | B | ${a} = 1 |
| | end_group | | | |
"##,
        &[(
            "binds",
            r##"
bind nodeset="/data/g/a" type="string"
bind nodeset="/data/g/b" relevant=" /data/g/a  = 1" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
        )],
    );
}

#[test]
fn arguments_of_indexed_repeat_are_named_from_the_root_but_for_the_places() {
    assert_writes(
        r##"
| survey |
| | type | name | label | calculation |
| | begin_repeat | r | R | |
| | text | a | A | |
| | integer | i | I | |
| | calculate | one | | ${a} + indexed-repeat(${a}, ${r}, ${i}) + ${i} |
| | calculate | two | | indexed-repeat(${a}, ${r}, ${i}) + indexed-repeat(${a}, ${r}, ${i}) + ${i} |
| | calculate | three | | indexed-repeat(${a}, ${r}, 1) + indexed-repeat(${a}, ${r}, ${i}) + indexed-repeat(${a}, ${r}, 1) + ${i} |
| | end_repeat | | | |
"##,
        &[(
            "binds",
            r##"
bind nodeset="/data/r/a" type="string"
bind nodeset="/data/r/i" type="int"
bind calculate=" ../a  + indexed-repeat( /data/r/a ,  /data/r ,  ../i ) +  ../i " nodeset="/data/r/one" type="string"
bind calculate="indexed-repeat( /data/r/a ,  /data/r ,  ../i ) + indexed-repeat( /data/r/a ,  /data/r ,  /data/r/i ) +  /data/r/i " nodeset="/data/r/two" type="string"
bind calculate="indexed-repeat( /data/r/a ,  /data/r , 1) + indexed-repeat( ../a ,  /data/r ,  ../i ) + indexed-repeat( /data/r/a ,  /data/r , 1) +  ../i " nodeset="/data/r/three" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
        )],
    );
}

#[test]
fn in_predicates_of_other_instances_paths_begin_at_the_question() {
    assert_writes(
        r##"
| survey |
| | type | name | label | calculation |
| | begin_repeat | r | R | |
| | text | a | A | |
| | calculate | b | | instance('l')/root/item[name = ${a}]/label + ${a} |
| | note | c | It is instance('l')/root/item[name = ${a} and x < 3]/label of [${a}], ${a} | |
| | end_repeat | | | |
| | note | d | It is instance('l')/root/item[name = 'x']/label | |
| choices |
| | list_name | name | label |
| | l | x | X |
"##,
        &[
            (
                "binds",
                r##"
bind nodeset="/data/r/a" type="string"
bind calculate="instance('l')/root/item[name =  current()/../a ]/label +  ../a " nodeset="/data/r/b" type="string"
bind nodeset="/data/r/c" readonly="true()" type="string"
bind nodeset="/data/d" readonly="true()" type="string"
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
   input ref="/data/r/c"
    label
     " It is "
     output value="instance('l')/root/item[name =  current()/../a  and x &lt; 3]/label"
     " of ["
     output value=" current()/../a "
     "], "
     output value=" ../a "
     " "
 input ref="/data/d"
  label
   " It is "
   output value="instance('l')/root/item[name = 'x']/label"
   " "
"##,
            ),
        ],
    );
}

#[test]
fn answers_to_the_last_record_are_in_an_instance_of_their_own() {
    assert_writes(
        r##"
| survey |
| | type | name | label | default | calculation |
| | begin_repeat | r | R | | |
| | text | a | A | ${last-saved#a} | |
| | calculate | b | | | ${last-saved#a} = ${a} |
| | end_repeat | | | | |
"##,
        &[
            (
                "binds",
                r##"
bind nodeset="/data/r/a" type="string"
setvalue event="odk-instance-first-load" ref="/data/r/a" value=" instance('__last-saved')/data/r/a "
bind calculate=" instance('__last-saved')/data/r/a  =  ../a " nodeset="/data/r/b" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "instances",
                r##"
instance id="__last-saved" src="jr://instance/last-saved"
"##,
            ),
        ],
    );
}

#[test]
fn the_number_of_instances_is_a_node() {
    assert_writes(
        r##"
| survey |
| | type | name | label | repeat_count |
| | integer | n | N | |
| | begin_repeat | r | R | ${n} |
| | text | a | A | |
| | end_repeat | | | |
| | begin_repeat | s | S | ${n} + 1 |
| | text | b | B | |
| | end_repeat | | | |
"##,
        &[
            (
                "binds",
                r##"
bind nodeset="/data/n" type="int"
bind nodeset="/data/r/a" type="string"
bind calculate=" /data/n  + 1" nodeset="/data/s_count" readonly="true()" type="string"
bind nodeset="/data/s/b" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "body",
                r##"
h:body
 input ref="/data/n"
  label
   "N"
 group ref="/data/r"
  label
   "R"
  repeat jr:count=" /data/n " nodeset="/data/r"
   input ref="/data/r/a"
    label
     "A"
 group ref="/data/s"
  label
   "S"
  repeat jr:count=" /data/s_count " nodeset="/data/s"
   input ref="/data/s/b"
    label
     "B"
"##,
            ),
            (
                "record",
                r##"
data id="form"
 n
 r jr:template=""
  a
 r
  a
 s_count
 s jr:template=""
  b
 s
  b
 meta
  instanceID
"##,
            ),
        ],
    );
}
