//! Seeds for what people write: forms, expressions, answers, places.

use baraza_fuzz::forms;
use form::Form;
use form::answers_json::write_answers;

use crate::Seed;

const SMALL_FORM: &str = "
| survey |
| | type | name | label::English (en) | label::French (fr) | required | relevant | constraint | calculation | default | choice_filter | sensitivity | reveals |
| | start | start | | | | | | | | | | |
| | text | head | Who heads the \\| house? | Qui ? | yes | | string-length(.) < 40 | | | | identity | |
| | integer | size | How many? | Combien ? | | ${head} != '' | . > 0 and . < 50 | | 3 | | | identity |
| | select_multiple need | needs | Which needs? | | | | | | food water | cost <= ${size} | | |
| | calculate | per_need | | | | | | ${size} div count-selected(${needs}) | | | | |
| | begin_repeat | members | Member | Membre | | | | | | | | |
| | date | born | Born? | | | | . <= today() | | | | protected | |
| | calculate | nth | | | | | | position(..) | | | | |
| | end_repeat | | | | | | | | | | | |
| | note | thanks | Thank you, ${head} | | | | | | | | | |
| choices |
| | list_name | name | label::English (en) | label::French (fr) | cost |
| | need | water | Water | Eau | 1 |
| | need | food | Food | Nourriture | 4 |
| settings |
| | form_title | form_id | version | default_language | instance_name |
| | A house | house | 3 | English (en) | concat('House of ', ${size}) |
";

const COUNTED: &str = "
| survey |
| | type | name | label | repeat_count | relevant | appearance |
| | integer | n | N | | | |
| | begin repeat | r | R | ${n} | ${n} > 1 | field-list |
| | begin group | g | | | | |
| | acknowledge | ok | Ok? | | | |
| | geopoint | at | Where? | | | |
| | end group | | | | | |
| | end repeat | | | | | |
";

const CSV: &str = "\
survey
,type,name,label
,text,head,\"Who heads, here?\"
,integer,size,How many?
settings
,form_id,version
,house,3
";

const BY_HAND: &str = include_str!("../../../crates/form/tests/xforms/by_hand.xml");
const NESTED: &str = include_str!("../../../crates/form/tests/xforms/converted/entity-repeat.xml");

pub(crate) fn seeds() -> Vec<Seed> {
    let mut seeds: Vec<Seed> = vec![
        ("form_csv", "small.csv", CSV.into()),
        ("form_xform", "by_hand.xml", BY_HAND.into()),
        ("form_xform", "entities.xml", NESTED.into()),
    ];
    for text in [SMALL_FORM, COUNTED, forms::FORM] {
        assert!(
            Form::read_markdown(text).is_ok(),
            "{:?}",
            Form::read_markdown(text)
        );
    }
    for target in ["form_markdown", "form_interview", "form_definition"] {
        seeds.push((target, "small.md", SMALL_FORM.into()));
        seeds.push((target, "counted.md", COUNTED.into()));
        seeds.push((target, "kinds.md", forms::FORM.into()));
    }
    for (name, text) in [
        (
            "condition",
            "${years} >= 18 and selected(${things}, 'well') or not(${agreed} = 'OK')",
        ),
        (
            "count",
            "count(${members}[age > 5]) + sum(../members/age) div 2 - -1 mod 3",
        ),
        (
            "choice",
            "instance('thing')/root/item[kind = 'water']/label | /data/house//name",
        ),
        (
            "texts",
            "concat(substr(${who}, 1, 2), translate('a', \"b\", 'c'), join(', ', ${members}))",
        ),
        (
            "days",
            "format-date(date('2026-11-23') + 1, '%Y-%m-%d') < today()",
        ),
        (
            "place",
            "if(position(..) > 1, current()/../rooms, indexed-repeat(${age}, ${members}, 2))",
        ),
        (
            "odd",
            "regex(., '^[a-z]{2,5}$') and coalesce(., once(uuid())) != pow(2, 0.5)",
        ),
    ] {
        seeds.push(("expression_parse", name, text.into()));
        seeds.push(("expression_evaluate", name, [b"\x02", text.as_bytes()].concat()));
        seeds.push(("expression_document", name, text.into()));
    }
    seeds.push((
        "expression_evaluate",
        "filter",
        b"\x80kind = 'food' and name != ${thing}".to_vec(),
    ));

    for (name, text) in [
        (
            "predicate",
            "/d/m[@a = 'x'][2]/n | ../n\n/d/n\n<d><n>1</n><m a='x'><n>2</n></m><m a='x'><n>3</n></m></d>",
        ),
        (
            "shuffle",
            "join(' ', randomize(//n, 42))\n\n<d><n>1</n><n>2</n><n>3</n></d>",
        ),
        (
            "place",
            "position(..) + sum(../../m/n)\n/d/m[2]/n\n<d><m><n>1</n></m><m><n>2</n></m></d>",
        ),
    ] {
        seeds.push(("expression_document", name, text.into()));
    }

    let json = write_answers(forms::form(), forms::answers());
    seeds.push(("answers_json", "household.json", json.to_string().into()));
    let other = r#"{"years": 12, "price": 2.5, "agreed": true, "things": ["well", "mill"], "house": {"members": [{"age": "3"}, {"visits": [{}]}]}}"#;
    seeds.push(("answers_json", "plain.json", other.into()));

    for (kind, name, text) in [
        (0, "text", " Amina \n"),
        (1, "integer", "-42"),
        (2, "decimal", "3.25"),
        (3, "date", "2026-11-23"),
        (4, "time", "10:00:07.5+0330"),
        (5, "date_time", "2026-11-23 10:00Z"),
        (7, "choices", "water food water"),
        (8, "place", "-4.05 39.66 12.5 4"),
        (9, "acknowledge", "OK"),
        (11, "computed", "0.5"),
    ] {
        seeds.push(("value", name, [&[kind], text.as_bytes()].concat()));
    }

    let nested = forms::visit(1, 11, "why").to_string();
    for (name, text) in [
        ("question", "house/rooms".to_owned()),
        ("instance", forms::member(1, "name").instance().to_string()),
        (
            "repeat",
            nested
                .trim_end_matches("/why")
                .rsplit_once('[')
                .unwrap_or_default()
                .0
                .to_owned(),
        ),
        ("nested", nested),
        ("id", forms::instance(1).to_string()),
    ] {
        seeds.push(("address", name, text.into()));
    }
    seeds
}
