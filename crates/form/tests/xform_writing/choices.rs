//! Where choices come from.

use super::assert_writes;

#[test]
fn a_filter_a_shuffle_and_a_seed_are_in_the_nodeset() {
    assert_writes(
        r##"
| survey |
| | type | name | label | choice_filter | parameters |
| | select_one l | a | A | | |
| | select_multiple l | b | B | | randomize=true |
| | rank l | c | C | | randomize=true seed=42 |
| | select_one l | d | D | kind=${a} and ${e} > 1 | randomize=true seed=${e} |
| | integer | e | E | | |
| choices |
| | list_name | name | label | kind |
| | l | x | X | 1 |
"##,
        &[
            (
                "body",
                r##"
h:body
 select1 ref="/data/a"
  label
   "A"
  itemset nodeset="instance('l')/root/item"
   value ref="name"
   label ref="label"
 select ref="/data/b"
  label
   "B"
  itemset nodeset="randomize(instance('l')/root/item)"
   value ref="name"
   label ref="label"
 odk:rank ref="/data/c"
  label
   "C"
  itemset nodeset="randomize(instance('l')/root/item, 42)"
   value ref="name"
   label ref="label"
 select1 ref="/data/d"
  label
   "D"
  itemset nodeset="randomize(instance('l')/root/item[kind= /data/a  and  /data/e  > 1], /data/e)"
   value ref="name"
   label ref="label"
 input ref="/data/e"
  label
   "E"
"##,
            ),
            (
                "instances",
                r##"
instance id="l"
 root
  item
   name
    "x"
   label
    "X"
   kind
    "1"
"##,
            ),
        ],
    );
}

#[test]
fn filters_in_a_repeat_begin_at_the_question() {
    assert_writes(
        r##"
| survey |
| | type | name | label | choice_filter |
| | begin_repeat | r | R | |
| | select_one l | a | A | |
| | begin_group | g | G | |
| | select_one l | b | B | kind=${a} and other=${top} |
| | end_group | | | |
| | end_repeat | | | |
| | text | top | Top | |
| choices |
| | list_name | name | label | kind |
| | l | x | X | 1 |
"##,
        &[(
            "body",
            r##"
h:body
 group ref="/data/r"
  label
   "R"
  repeat nodeset="/data/r"
   select1 ref="/data/r/a"
    label
     "A"
    itemset nodeset="instance('l')/root/item"
     value ref="name"
     label ref="label"
   group ref="/data/r/g"
    label
     "G"
    select1 ref="/data/r/g/b"
     label
      "B"
     itemset nodeset="instance('l')/root/item[kind= current()/../../a  and other= /data/top ]"
      value ref="name"
      label ref="label"
 input ref="/data/top"
  label
   "Top"
"##,
        )],
    );
}

#[test]
fn files_of_choices_are_linked() {
    assert_writes(
        r##"
| survey |
| | type | name | label | choice_filter | parameters |
| | select_one_from_file towns.csv | a | A | region=${b} | |
| | select_multiple_from_file wells.geojson | b | B | | |
| | select_one_from_file old.xml | c | C | | value=code label=title randomize=true |
| | csv-external | prices | | | |
| | xml-external | people | | | |
"##,
        &[
            (
                "body",
                r##"
h:body
 select1 ref="/data/a"
  label
   "A"
  itemset nodeset="instance('towns')/root/item[region= /data/b ]"
   value ref="name"
   label ref="label"
 select ref="/data/b"
  label
   "B"
  itemset nodeset="instance('wells')/root/item"
   value ref="id"
   label ref="title"
 select1 ref="/data/c"
  label
   "C"
  itemset nodeset="randomize(instance('old')/root/item)"
   value ref="code"
   label ref="title"
"##,
            ),
            (
                "instances",
                r##"
instance id="old" src="jr://file/old.xml"
instance id="people" src="jr://file/people.xml"
instance id="prices" src="jr://file-csv/prices.csv"
instance id="towns" src="jr://file-csv/towns.csv"
instance id="wells" src="jr://file/wells.geojson"
"##,
            ),
        ],
    );
}

#[test]
fn pulldata_links_its_file_once() {
    assert_writes(
        r##"
| survey |
| | type | name | label | calculation | default |
| | text | a | A | | pulldata("places", 'x', 'k', 1) |
| | calculate | b | | pulldata('prices', 'p', 'k', ${a}) + pulldata( 'prices' , 'q', 'k', ${a}) | |
"##,
        &[
            (
                "binds",
                r##"
bind nodeset="/data/a" type="string"
setvalue event="odk-instance-first-load" ref="/data/a" value="pulldata(\"places\", 'x', 'k', 1)"
bind calculate="pulldata('prices', 'p', 'k',  /data/a ) + pulldata( 'prices' , 'q', 'k',  /data/a )" nodeset="/data/b" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "instances",
                r##"
instance id="places" src="jr://file-csv/places.csv"
instance id="prices" src="jr://file-csv/prices.csv"
"##,
            ),
        ],
    );
}

#[test]
fn answers_in_a_repeat_are_choices() {
    assert_writes(
        r##"
| survey |
| | type | name | label | choice_filter |
| | begin_repeat | r | R | |
| | text | name | Name | |
| | integer | age | Age | |
| | select_one ${name} | friend | Friend | |
| | begin_repeat | s | S | |
| | text | pet | Pet | |
| | select_one ${name} | owner | Owner | ${age} > 5 |
| | select_one ${pet} | rival | Rival | |
| | end_repeat | | | |
| | end_repeat | | | |
| | select_one ${name} | head | Head | ${age} > 5 and ${name} != ${last} |
| | text | last | Last | |
"##,
        &[(
            "body",
            r##"
h:body
 group ref="/data/r"
  label
   "R"
  repeat nodeset="/data/r"
   input ref="/data/r/name"
    label
     "Name"
   input ref="/data/r/age"
    label
     "Age"
   select1 ref="/data/r/friend"
    label
     "Friend"
    itemset nodeset="../../r[./name != '']"
     value ref="name"
     label ref="name"
   group ref="/data/r/s"
    label
     "S"
    repeat nodeset="/data/r/s"
     input ref="/data/r/s/pet"
      label
       "Pet"
     select1 ref="/data/r/s/owner"
      label
       "Owner"
      itemset nodeset="../../../r[ ./age  > 5]"
       value ref="name"
       label ref="name"
     select1 ref="/data/r/s/rival"
      label
       "Rival"
      itemset nodeset="..[./pet != '']"
       value ref="pet"
       label ref="pet"
 select1 ref="/data/head"
  label
   "Head"
  itemset nodeset="/data/r[ ./age  > 5 and  ./name  !=  /data/last ]"
   value ref="name"
   label ref="name"
 input ref="/data/last"
  label
   "Last"
"##,
        )],
    );
}

#[test]
fn external_choices_are_queried() {
    assert_writes(
        r##"
| survey |
| | type | name | label | choice_filter |
| | text | a | A | |
| | select_one_external towns | b | B | region=${a} |
| external_choices |
| | list_name | name | label | region |
| | towns | x | X | y |
"##,
        &[(
            "body",
            r##"
h:body
 input ref="/data/a"
  label
   "A"
 input query="instance('towns')/root/item[region= /data/a ]" ref="/data/b"
  label
   "B"
"##,
        )],
    );
}

#[test]
fn a_search_has_its_choices_in_the_body() {
    assert_writes(
        r##"
| survey |
| | type | name | label | appearance |
| | select_one l | a | A | minimal search('towns') |
| | select_one m | b | B | |
| choices |
| | list_name | name | label |
| | l | name_key | label_key |
| | m | x | X |
"##,
        &[
            (
                "body",
                r##"
h:body
 select1 appearance="minimal search('towns')" ref="/data/a"
  label
   "A"
  item
   label
    "label_key"
   value
    "name_key"
 select1 ref="/data/b"
  label
   "B"
  itemset nodeset="instance('m')/root/item"
   value ref="name"
   label ref="label"
"##,
            ),
            (
                "instances",
                r##"
instance id="m"
 root
  item
   name
    "x"
   label
    "X"
"##,
            ),
        ],
    );
}

#[test]
fn or_other_asks_for_what_is_other() {
    assert_writes(
        r##"
| survey |
| | type | name | label |
| | select_one l or_other | a | A |
| choices |
| | list_name | name | label |
| | l | x | X |
"##,
        &[
            (
                "body",
                r##"
h:body
 select1 ref="/data/a"
  label
   "A"
  itemset nodeset="instance('l')/root/item"
   value ref="name"
   label ref="label"
 input ref="/data/a_other"
  label
   "Specify other."
"##,
            ),
            (
                "binds",
                r##"
bind nodeset="/data/a" type="string"
bind nodeset="/data/a_other" relevant="selected(../a, 'other')" type="string"
bind jr:preload="uid" nodeset="/data/meta/instanceID" readonly="true()" type="string"
"##,
            ),
            (
                "instances",
                r##"
instance id="l"
 root
  item
   name
    "x"
   label
    "X"
  item
   name
    "other"
   label
    "Other"
"##,
            ),
        ],
    );
}

#[test]
fn ticks_places_and_tags_have_lists() {
    assert_writes(
        r##"
| survey |
| | type | name | label | parameters |
| | range | a | A | start=0 end=10 step=5 tick_labelset=t |
| | begin_repeat | r | R | |
| | geopoint | geometry | G | |
| | end_repeat | | | |
| | geopoint | b | B | reference-geometry=${r} |
| | geopoint | c | C | reference-geometry=t |
| | osm tags | d | D | |
| choices |
| | list_name | name | label | label::fr |
| | t | 0 | Low | Bas |
| | t | 10 | High | Haut |
| osm |
| | list_name | name | label |
| | tags | height | How high? |
"##,
        &[(
            "body",
            r##"
h:body
 range end="10" ref="/data/a" start="0" step="5"
  label
   "A"
  itemset nodeset="instance('t')/root/item"
   value ref="name"
   label ref="jr:itext(itextId)"
 group ref="/data/r"
  label
   "R"
  repeat nodeset="/data/r"
   input ref="/data/r/geometry"
    label
     "G"
 input ref="/data/b"
  label
   "B"
  itemset nodeset="/data/r[./geometry != '']"
   value ref="geometry"
   label ref="geometry"
 input ref="/data/c"
  label
   "C"
  itemset nodeset="instance('t')/root/item"
   value ref="name"
   label ref="jr:itext(itextId)"
 upload mediatype="osm/*" ref="/data/d"
  label
   "D"
  tag key="height"
   label
    "How high?"
"##,
        )],
    );
}
