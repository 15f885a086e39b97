//! What forms say that are read, and what is said about those that are not.

use baraza_form::{DefaultAnswer, Form, FormError, Item, QuestionKind, Source, Value, Warning};

const SETTINGS: &str = "
| settings | | |
| | form_id | form_title |
| | test | A test |";

fn read(text: &str) -> Result<(Form, Vec<Warning>), Vec<FormError>> {
    Form::read(Source::Markdown(&format!("{text}\n{SETTINGS}")))
}

fn form(text: &str) -> Form {
    read(text)
        .unwrap_or_else(|errors| panic!("{}", listed(&errors)))
        .0
}

fn listed(errors: &[FormError]) -> String {
    errors
        .iter()
        .map(|error| format!("{}: {error}", error.code))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The errors of a form, one on each line.
fn errors(text: &str) -> String {
    listed(&read(text).expect_err("the form is not sound"))
}

#[test]
fn a_form_with_groups_repeats_and_choices_is_read() {
    let form = form("
| survey |                    |            |                     |                 |               |              |
|        | Type               | name       | label::English (en) | label::Soomaali (so) | Relevance | required     |
|        | begin_group        | household  | The household       | Qoyska          |               |              |
|        | text               | head       | Who is the head?    | Waa kuma?       |               | yes          |
|        | begin repeat       | members    | Members             |                 |               |              |
|        | integer            | age        | Age of ${name}      |                 |               | ${name} != '' |
|        | string             | name       | Name                |                 |               |              |
|        | select one yes_no  | works      | Works?              |                 | ${age} > 14   |              |
|        | end repeat         |            |                     |                 |               |              |
|        | end group          |            |                     |                 |               |              |
| choices |          |      |                     |                      |        |
|         | list name | value | label::English (en) | label::Soomaali (so) | region |
|         | yes_no    | yes   | Yes                 | Haa                  | r1     |
|         | yes_no    | no    | No                  |                      |        |");
    assert_eq!((form.id.as_str(), form.title.as_str()), ("test", "A test"));
    let paths: Vec<String> = form
        .questions()
        .map(|question| question.path.to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "household/head",
            "household/members/age",
            "household/members/name",
            "household/members/works"
        ]
    );
    assert_eq!(form.languages, ["English (en)", "Soomaali (so)"]);
    let works = form
        .question(&"household/members/works".parse().unwrap())
        .unwrap();
    assert_eq!(works.kind, QuestionKind::SelectOne("yes_no".into()));
    assert_eq!(form.repeat_around(&works.path).unwrap().name, "members");
    assert_eq!(form.choice_label(&"yes_no".into(), "yes", "so"), Some("Haa"));
    assert_eq!(form.choice_label(&"yes_no".into(), "no", "so"), Some("No"));
    assert_eq!(form.choices("yes_no")[0].columns["region"], "r1");
    assert_eq!(form.label(&"household".parse().unwrap(), "so"), Some("Qoyska"));
    assert_eq!(form.compartments(), ["general"]);
    assert!(matches!(&form.items[0], Item::Group(group) if group.items.len() == 2));
}

#[test]
fn defaults_are_fixed_or_computed() {
    let form = form(
        "
| survey | | | | |
| | type | name | label | default |
| | date | day | Day | today() |
| | integer | count | Count | 3 |
| | text | place | Place | Kampala (centre) |",
    );
    let default = |path: &str| form.question(&path.parse().unwrap()).unwrap().default.clone();
    assert!(matches!(default("day"), Some(DefaultAnswer::Computed(_))));
    assert_eq!(default("count"), Some(DefaultAnswer::Fixed(Value::Integer(3))));
    assert_eq!(
        default("place"),
        Some(DefaultAnswer::Fixed(Value::Text("Kampala (centre)".into())))
    );
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let errors = errors(
        "
| survey | | | | | |
| | type | name | label | relevant | constraint |
| | interger | age | Age | | |
| | rank needs | order | Order | | |
| | text | | No name | | |
| | text | 1st | First | | |
| | text | head | Head | ${hed} = '' | |
| | text | head | Head again | | |
| | select_one yesno | works | Works? | | . = ( |
| | begin_group | g | Group | | |
| | end_repeat | | | | |
| | begin_repeat | r | Repeat | | |
| choices | | | |
| | list_name | name | label |
| | yes_no | yes | Yes |
| | yes_no | yes | Yes again |
| | yes_no | not sure | Not sure |",
    );
    let starts = [
        "duplicate_choice: choices row 3, name: `yes` is in the list `yes_no` twice",
        "unknown_type: survey row 2, type: `interger` is no type of question (did you mean `integer`?)",
        "unknown_list: survey row 3, type: there is no list `needs` in the sheet `choices`",
        "missing_name: survey row 4, name: the row has no name",
        "invalid_name: survey row 5, name: `1st` cannot be a name",
        "unknown_reference: survey row 6, relevant: `${hed}` names no question (did you mean `head`?)",
        "duplicate_name: survey row 7, name: another row in the same group or repeat is called `head` too",
        "unknown_list: survey row 8, type: there is no list `yesno` in the sheet `choices` (did you mean `yes_no`?)",
        "expression_syntax: survey row 8, constraint: ",
        "unmatched_end: survey row 10, type: this end_repeat ends nothing",
        "unmatched_begin: survey row 11, type: the repeat `r` is not ended (put a row `end_repeat`",
    ];
    let lines: Vec<&str> = errors.lines().collect();
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(start), "{line}\nshould begin with\n{start}");
    }
    assert_eq!(lines.len(), starts.len(), "{errors}");
}

#[test]
fn what_depends_on_itself_is_told_with_the_way() {
    let errors = errors(
        "
| survey | | | | |
| | type | name | label | calculation |
| | calculate | a | | ${b} + 1 |
| | calculate | b | | ${c} + 1 |
| | calculate | c | | ${a} + 1 |",
    );
    assert!(
        errors.contains(
            "cycle: survey row 2, calculation: what depends on itself can never be worked out: a → b → c → a"
        ),
        "{errors}"
    );
}

#[test]
fn columns_that_are_not_known_are_told_and_the_others_are_read() {
    let (form, warnings) = read(
        "
| survey | | | | | | | |
| | type | name | label | image | colour | _note | trigger |
| | text | a | A | a.png | red | x | |
| | text | b | B | | | | ${a} |",
    )
    .map_err(|errors| errors.into_iter().map(|error| error.code).collect::<Vec<_>>())
    .unwrap_or_else(|codes| panic!("{codes:?}"));
    let codes: Vec<&str> = warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, ["unknown_column"]);
    let [Item::Question(a), Item::Question(b)] = form.items.as_slice() else {
        panic!("two questions are expected");
    };
    assert_eq!(a.media.image.exactly("default"), Some("a.png"));
    assert_eq!(b.triggers, ["a".parse().unwrap()]);
}

#[test]
fn names_without_braces_are_told() {
    let text = |filter: &str| {
        format!(
            "
| survey | | | | |
| | type | name | label | relevant | choice_filter |
| | integer | age | Age | | |
| | text | work | Work | age > 14 and ${{age}} < yes | |
| | select_one l | town | Town | | {filter} = ${{age}} and kind = 1 |
| choices | | | | |
| | list_name | name | label | region | kind |
| | l | a | A | 1 | 1 |"
        )
    };
    let (_, warnings) = read(&text("regoin")).unwrap();
    assert_eq!(
        warnings.last().map(ToString::to_string).as_deref(),
        Some(
            "survey row 4, choice_filter: no choice has anything in a column `regoin` (did you mean `region`?)"
        )
    );
    let (_, warnings) = read(&text("region")).unwrap();
    let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "survey row 3, relevant: `age` stands alone and reads nothing (to read the question, write `${age}`)",
            "survey row 3, relevant: `yes` stands alone and reads nothing (a text is written in quotes: `'yes'`)",
        ]
    );
}

#[test]
fn a_row_that_is_disabled_is_not_read() {
    let form = form(
        "
| survey | | | | |
| | type | name | label | disabled |
| | rank x | a | A | yes |
| | text | b | B | no |",
    );
    assert_eq!(form.questions().count(), 1);
}

#[test]
fn groups_without_end_in_sight_are_refused() {
    let mut text = "| survey | | |\n| | type | name |\n".to_owned();
    for nth in 0..20_000 {
        text.push_str(&format!("| | begin_group | g{nth} |\n"));
    }
    assert!(errors(&text).contains("too_deep: survey row 66, type: more than 64 groups"));
}

mod flow {
    use super::*;

    #[test]
    fn a_group_s_sensitivity_holds_for_what_is_in_it() {
        let form = form(
            "
| survey | | | | |
| | type | name | label | sensitivity |
| | begin_group | who | Who | identity |
| | text | name | Name | |
| | text | status | Status | protected |
| | text | hobby | Hobby | general |
| | end_group | | | |
| | text | notes | Notes | |",
        );
        let compartments: Vec<&str> = form
            .questions()
            .map(|question| question.compartment.as_str())
            .collect();
        assert_eq!(compartments, ["identity", "protected", "general", "general"]);
        assert_eq!(form.compartments(), ["general", "identity", "protected"]);
    }

    #[test]
    fn a_calculation_is_kept_where_its_inputs_are() {
        let form = form(
            "
| survey | | | | | | |
| | type | name | label | sensitivity | calculation | reveals |
| | text | name | Name | identity | | |
| | text | status | Status | protected | | |
| | calculate | length | | | string-length(${name}) | |
| | calculate | both | | | concat(${length}, ${status}) | |
| | calculate | accepted | | | string-length(${name}) | identity |",
        );
        let at = |name: &str| form.question(&name.parse().unwrap()).unwrap().compartment.clone();
        assert_eq!(
            (at("length").as_str(), at("both").as_str()),
            ("identity", "protected")
        );
        assert_eq!(at("accepted"), "general");
    }

    #[test]
    fn what_would_show_is_an_error_unless_it_is_meant() {
        let text = |reveals: &str| {
            format!(
                "
| survey | | | | | | | |
| | type | name | label | sensitivity | relevant | constraint | reveals |
| | text | status | Status | protected | | | |
| | text | help | Help | | ${{status}} = 'irregular' | | {reveals} |
| | text | why | Why | protected | ${{status}} = 'irregular' | | |
| | begin_group | g | G | protected | ${{status}} = 'irregular' | | |
| | text | inside | Inside | | | | |
| | end_group | | | | | | |
| | begin_repeat | r | R | protected | ${{status}} = 'irregular' | | {reveals} |
| | text | each | Each | | | | |
| | end_repeat | | | | | | |"
            )
        };
        let told = errors(&text(""));
        assert_eq!(told.lines().count(), 2, "{told}");
        assert!(told.contains("reveals: survey row 3, relevant: `help` is in `general` and would let show `status`, which is in `protected`"), "{told}");
        assert!(
            told.contains("reveals: survey row 8, relevant: `r` is in `general`"),
            "{told}"
        );
        assert!(read(&text("protected")).is_ok());
        assert!(read(&text("identity")).is_err());
    }

    #[test]
    fn a_group_s_condition_counts_for_what_is_in_it() {
        let told = errors(
            "
| survey | | | | | |
| | type | name | label | sensitivity | relevant |
| | text | name | Name | identity | |
| | begin_group | g | G | | ${name} != '' |
| | text | a | A | protected | |
| | text | b | B | | |
| | end_group | | | | |",
        );
        assert!(
            told.contains("reveals: survey row 3, relevant: `b` is in `general`"),
            "{told}"
        );
        assert_eq!(told.lines().count(), 1);
    }

    #[test]
    fn two_compartments_of_a_programme_s_own_are_not_above_one_another() {
        let told = errors(
            "
| survey | | | | | |
| | type | name | label | sensitivity | calculation |
| | text | a | A | medical | |
| | text | b | B | legal | |
| | calculate | c | | | concat(${a}, ${b}) |",
        );
        assert!(
            told.starts_with("incomparable_compartments: survey row 4, calculation: "),
            "{told}"
        );
    }

    #[test]
    fn a_form_without_the_column_has_one_compartment() {
        let form = form(
            "
| survey | | | | |
| | type | name | label | relevant |
| | text | name | Name | |
| | text | b | B | ${name} != '' |",
        );
        assert!(!form.has_sensitivity());
        assert_eq!(form.compartments(), ["general"]);
    }
}

mod kinds {
    use baraza_form::{
        AttachmentKind, AttachmentUse, Audit, ChoiceSource, LocationTracking, Media, SaveTo, Shuffle,
    };

    use super::*;

    const CHOICES: &str = "
| choices | | | | |
| | list_name | name | label | image |
| | l | a | A | a.png |
| | l | b | B | |";

    fn kind(form: &Form, path: &str) -> QuestionKind {
        let question = path.parse().ok().and_then(|path| form.question(&path));
        question
            .unwrap_or_else(|| panic!("there is no question {path}"))
            .kind
            .clone()
    }

    #[test]
    fn every_type_has_its_kind() {
        let form = form(&format!(
            "
| survey | | | | | |
| | type | name | label | parameters | trigger |
| | rank l | rank | R | | |
| | range | whole | R | start=1 end=5 step=1 | |
| | range | part | R | start=1 end=5 step=0.5 | |
| | image | photo | P | max-pixels=100 | |
| | file | paper | P | | |
| | barcode | code | C | | |
| | geotrace | way | W | | |
| | geoshape | field | F | | |
| | start-geopoint | began | | | |
| | background-geopoint | there | | | ${{code}} |
| | background-audio | sound | | | |
| | select_one_from_file towns.geojson | town | T | value=code | |
| | select_multiple_from_file villages.csv | villages | V | | |
| | begin_repeat | people | P | | |
| | text | person | P | | |
| | end_repeat | | | | |
| | select_one ${{person}} | head | H | | |
| | uri:deviceid | device | | | |
{CHOICES}"
        ));
        let file = |name: &str, value: &str, label: &str| ChoiceSource::File {
            name: name.into(),
            value: value.into(),
            label: label.into(),
        };
        for (path, expected) in [
            ("rank", QuestionKind::Rank("l".into())),
            ("whole", QuestionKind::Range { whole: true }),
            ("part", QuestionKind::Range { whole: false }),
            ("photo", QuestionKind::Media(Media::Image)),
            ("paper", QuestionKind::Media(Media::File)),
            ("code", QuestionKind::Barcode),
            ("way", QuestionKind::Geotrace),
            ("field", QuestionKind::Geoshape),
            ("began", QuestionKind::StartGeopoint),
            ("there", QuestionKind::BackgroundGeopoint),
            ("sound", QuestionKind::BackgroundAudio),
            (
                "town",
                QuestionKind::SelectOne(file("towns.geojson", "code", "title")),
            ),
            (
                "villages",
                QuestionKind::SelectMultiple(file("villages.csv", "name", "label")),
            ),
            (
                "head",
                QuestionKind::SelectOne(ChoiceSource::Repeat("people/person".parse().unwrap())),
            ),
            (
                "device",
                QuestionKind::Metadata(baraza_form::Metadata::UriDeviceId),
            ),
        ] {
            assert_eq!(kind(&form, path), expected, "{path}");
        }
        assert_eq!(Form::read_markdown(&form.to_markdown()).as_ref(), Ok(&form));
    }

    #[test]
    fn a_form_tells_which_files_it_needs() {
        let form = form(&format!(
            "
| survey | | | | | | |
| | type | name | label | media::audio::English (en) | appearance |
| | select_one_from_file towns.csv | town | T | ask.mp3 | |
| | select_one l | other | O | | search('wards') |
| | csv-external | people | | | |
{CHOICES}"
        ));
        let files: Vec<(String, AttachmentKind)> = form
            .attachments()
            .into_iter()
            .map(|file| (file.name, file.kind))
            .collect();
        let expected = [
            ("a.png", AttachmentKind::Image),
            ("ask.mp3", AttachmentKind::Audio),
            ("people.csv", AttachmentKind::Csv),
            ("towns.csv", AttachmentKind::Csv),
            ("wards.csv", AttachmentKind::Csv),
        ];
        assert_eq!(files, expected.map(|(name, kind)| (name.to_owned(), kind)));
        assert_eq!(
            form.attachments()[4].uses,
            [AttachmentUse::Lookup("other".parse().unwrap())]
        );
    }

    #[test]
    fn entities_audits_and_seeds_are_understood() {
        let form = form(&format!(
            "
| survey | | | | | |
| | type | name | label | parameters | save_to |
| | audit | | | location-priority=balanced location-min-interval=60 location-max-age=120 track-changes=true | |
| | integer | seed | S | | |
| | select_one l | one | O | randomize=true seed=${{seed}} | kind |
| | text | who | W | | |
{CHOICES}
| entities | | | |
| | list_name | label | create_if |
| | people | ${{who}} | ${{seed}} > 3 |"
        ));
        let entity = &form.entities[0];
        assert_eq!((entity.list.as_str(), &entity.container), ("people", &None));
        assert_eq!(
            entity.create_if.as_ref().unwrap().paths(),
            ["seed".parse().unwrap()]
        );
        let one = form.question(&"one".parse().unwrap()).unwrap();
        assert_eq!(
            one.save_to,
            Some(SaveTo {
                list: "people".into(),
                property: "kind".into()
            })
        );
        assert!(matches!(&one.shuffle, Some(Shuffle::Seeded(seed)) if seed.paths().len() == 1));
        assert_eq!(
            form.audit,
            Some(Audit {
                location: Some(LocationTracking {
                    priority: "balanced".into(),
                    min_interval: 60,
                    max_age: 120
                }),
                track_changes: true,
                ..Audit::default()
            })
        );
        assert_eq!(Form::read_markdown(&form.to_markdown()).as_ref(), Ok(&form));
    }

    #[test]
    fn a_loop_stands_once_for_each_choice() {
        let form = form(&format!(
            "
| survey | | | |
| | type | name | label |
| | begin loop over l | each | Each |
| | integer | count | How many %(label)s? |
| | end loop | | |
{CHOICES}"
        ));
        let labels: Vec<Option<&str>> = form
            .questions()
            .map(|question| form.label(&question.path, "default"))
            .collect();
        assert_eq!(labels, [Some("How many A?"), Some("How many B?")]);
        assert_eq!(kind(&form, "each/b/count"), QuestionKind::Integer);
        assert_eq!(Form::read_markdown(&form.to_markdown()).as_ref(), Ok(&form));
    }

    #[test]
    fn a_note_that_computes_is_a_text_that_nobody_changes() {
        let form = form(
            "
| survey | | | | |
| | type | name | label | calculation |
| | note | sum | Sum | 1 + 1 |",
        );
        assert_eq!(kind(&form, "sum"), QuestionKind::Text);
        assert!(form.items[0].read_only().is_some());
    }

    #[test]
    fn a_trigger_or_choices_that_would_show_are_errors() {
        let errors = errors(
            "
| survey | | | | | |
| | type | name | label | sensitivity | trigger |
| | text | status | Status | protected | |
| | background-geopoint | there | | general | ${status} |
| | begin_repeat | people | People | | |
| | text | person | Person | identity | |
| | end_repeat | | | | |
| | select_one ${person} | head | Head | general | |",
        );
        assert!(
            errors.contains("reveals: survey row 3, trigger: `there` is in `general`"),
            "{errors}"
        );
        assert!(
            errors.contains("reveals: survey row 7, type: `head` is in `general`"),
            "{errors}"
        );
        assert_eq!(errors.lines().count(), 2, "{errors}");
    }

    #[test]
    fn what_else_somebody_said_is_kept_where_the_choice_is() {
        let form = form(&format!(
            "
| survey | | | | |
| | type | name | label | sensitivity |
| | select_one l or_other | status | Status | protected |
{CHOICES}"
        ));
        let other = form.question(&"status_other".parse().unwrap()).unwrap();
        assert_eq!(other.compartment, "protected");
    }
}
