//! Labels, hints, messages and media in several languages.

use super::assert_writes;

#[test]
fn what_is_missing_in_a_language_is_a_dash() {
    assert_writes(
        r##"
| survey |
| | type | name | label | label::French (fr) | hint::French (fr) |
| | text | a | A | Fa | |
| | text | b | B | | Indice |
"##,
        &[
            (
                "texts",
                r##"
itext
 translation default="true()" lang="default"
  text id="/data/a:label"
   value
    "A"
  text id="/data/b:hint"
   value
    "-"
 translation lang="French (fr)"
  text id="/data/a:label"
   value
    "Fa"
  text id="/data/b:hint"
   value
    "Indice"
"##,
            ),
            (
                "body",
                r##"
h:body
 input ref="/data/a"
  label ref="jr:itext('/data/a:label')"
 input ref="/data/b"
  label
   "B"
  hint ref="jr:itext('/data/b:hint')"
"##,
            ),
        ],
    );
}

#[test]
fn a_default_language_takes_what_names_none() {
    assert_writes(
        r##"
| survey |
| | type | name | label | label::Swahili (sw) |
| | text | a | A | Sa |
| settings |
| | default_language |
| | English (en) |
"##,
        &[(
            "texts",
            r##"
itext
 translation default="true()" lang="English (en)"
  text id="/data/a:label"
   value
    "A"
 translation lang="Swahili (sw)"
  text id="/data/a:label"
   value
    "Sa"
"##,
        )],
    );
}

#[test]
fn media_and_guidance_always_stand_apart() {
    assert_writes(
        r##"
| survey |
| | type | name | label | image | big-image | audio | hint | guidance_hint |
| | text | a | A | a.png | big.png | | | |
| | text | b | | | | b.mp3 | | |
| | text | c | C | | | | Hint | Guide ${a} |
| | text | d | D | | | | | Guide |
"##,
        &[
            (
                "texts",
                r##"
itext
 translation default="true()" lang="default"
  text id="/data/a:label"
   value
    "A"
   value form="image"
    "jr://images/a.png"
   value form="big-image"
    "jr://images/big.png"
  text id="/data/c:hint"
   value
    "Hint"
   value form="guidance"
    " Guide "
    output value=" /data/a "
    " "
  text id="/data/d:hint"
   value form="guidance"
    "Guide"
  text id="/data/b:label"
   value form="audio"
    "jr://audio/b.mp3"
"##,
            ),
            (
                "body",
                r##"
h:body
 input ref="/data/a"
  label ref="jr:itext('/data/a:label')"
 input ref="/data/b"
  label ref="jr:itext('/data/b:label')"
 input ref="/data/c"
  label
   "C"
  hint ref="jr:itext('/data/c:hint')"
 input ref="/data/d"
  label
   "D"
  hint ref="jr:itext('/data/d:hint')"
"##,
            ),
        ],
    );
}

#[test]
fn a_label_shows_answers_and_its_markup_is_text() {
    assert_writes(
        r##"
| survey |
| | type | name | label | hint |
| | text | a | 1 < 2 & "x" | <b> |
| | note | b | Hi ${a} & 1 < 2 | for ${a}${c} |
| | note | c | ${a} | |
"##,
        &[(
            "body",
            r##"
h:body
 input ref="/data/a"
  label
   "1 < 2 & \"x\""
  hint
   "<b>"
 input ref="/data/b"
  label
   " Hi "
   output value=" /data/a "
   " & 1 < 2 "
  hint
   " for "
   output value=" /data/a "
   output value=" /data/c "
   " "
 input ref="/data/c"
  label
   output value=" /data/a "
"##,
        )],
    );
}

#[test]
fn choices_with_media_languages_or_answers_stand_apart() {
    assert_writes(
        r##"
| survey |
| | type | name | label |
| | select_one l | a | A |
| | select_one m | b | B |
| | select_one n | c | C |
| choices |
| | list_name | name | label | image | kind |
| | l | x | X | x.png | 1 |
| | l | y | Y | | |
| | m | x | X ${a} | | 2 |
| | n | x | X & Y | | 3 |
"##,
        &[
            (
                "texts",
                r##"
itext
 translation default="true()" lang="default"
  text id="l-0"
   value
    "X"
   value form="image"
    "jr://images/x.png"
  text id="l-1"
   value
    "Y"
  text id="m-0"
   value
    " X "
    output value=" /data/a "
    " "
"##,
            ),
            (
                "instances",
                r##"
instance id="l"
 root
  item
   itextId
    "l-0"
   name
    "x"
   kind
    "1"
  item
   itextId
    "l-1"
   name
    "y"
instance id="m"
 root
  item
   itextId
    "m-0"
   name
    "x"
   kind
    "2"
instance id="n"
 root
  item
   name
    "x"
   label
    "X & Y"
   kind
    "3"
"##,
            ),
            (
                "body",
                r##"
h:body
 select1 ref="/data/a"
  label
   "A"
  itemset nodeset="instance('l')/root/item"
   value ref="name"
   label ref="jr:itext(itextId)"
 select1 ref="/data/b"
  label
   "B"
  itemset nodeset="instance('m')/root/item"
   value ref="name"
   label ref="jr:itext(itextId)"
 select1 ref="/data/c"
  label
   "C"
  itemset nodeset="instance('n')/root/item"
   value ref="name"
   label ref="label"
"##,
            ),
        ],
    );
}
