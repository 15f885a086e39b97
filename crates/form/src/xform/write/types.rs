//! What a type brings along: which control shows it, what its bind says, and a hint.

/// What is true of every question of a type, unless its author says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TypeTraits {
    /// The element of the body; `None` for what is not shown.
    pub(super) control: Option<&'static str>,
    /// The kind of file that is uploaded.
    pub(super) media_type: Option<&'static str>,
    /// The attributes of the bind; `None` if the type asks for no bind.
    pub(super) bind: Option<&'static [(&'static str, &'static str)]>,
    /// The hint.
    pub(super) hint: Option<&'static str>,
}

/// Returns what a type brings along, by its name in the reference converter.
pub(super) fn traits_of(type_name: &str) -> Option<TypeTraits> {
    const STRING: &[(&str, &str)] = &[("type", "string")];
    const INT: &[(&str, &str)] = &[("type", "int")];
    const DECIMAL: &[(&str, &str)] = &[("type", "decimal")];
    const DATE: &[(&str, &str)] = &[("type", "date")];
    const DATE_TIME: &[(&str, &str)] = &[("type", "dateTime")];
    const GEOPOINT: &[(&str, &str)] = &[("type", "geopoint")];
    const BINARY: &[(&str, &str)] = &[("type", "binary")];
    const NOTE: &[(&str, &str)] = &[("readonly", "true()"), ("type", "string")];

    Some(match type_name {
        "text" | "string" | "q string" | "add text prompt" => input(STRING),
        "select_one_external" | "select one external" => input(STRING),
        "integer" | "int" | "q int" | "add integer prompt" => input(INT),
        "decimal" | "q decimal" | "add decimal prompt" => input(DECIMAL),
        "date" | "q date" | "add date prompt" => input(DATE),
        "time" => input(&[("type", "time")]),
        "dateTime"
        | "datetime"
        | "date time"
        | "q date time"
        | "q dateTime"
        | "add date time prompt"
        | "add dateTime prompt" => input(DATE_TIME),
        "geopoint" | "gps" | "location" | "q geopoint" | "q location" | "add location prompt" => {
            input(GEOPOINT)
        }
        "geotrace" | "q geotrace" => input(&[("type", "geotrace")]),
        "geoshape" | "q geoshape" => input(&[("type", "geoshape")]),
        "barcode" | "q barcode" | "add barcode prompt" => input(&[("type", "barcode")]),
        "note" | "q note" | "add note prompt" => input(NOTE),
        "percentage" => input(&[("type", "int"), ("constraint", "0 <= . and . <= 100")]),
        "phone number" => hinted(
            &[("type", "string"), ("constraint", "regex(., '^\\d*$')")],
            "Enter numbers only.",
        ),
        "number of days in last month" => hinted(
            &[("type", "int"), ("constraint", "0 <= . and . <= 31")],
            "Enter a number 0-31.",
        ),
        "number of days in last six months" => hinted(
            &[("type", "int"), ("constraint", "0 <= . and . <= 183")],
            "Enter a number 0-183.",
        ),
        "number of days in last year" => hinted(
            &[("type", "int"), ("constraint", "0 <= . and . <= 365")],
            "Enter a number 0-365.",
        ),
        "image" | "photo" | "q picture" | "q image" | "add image prompt" | "add photo prompt" => {
            upload("image/*")
        }
        "audio" | "q audio" | "add audio prompt" => upload("audio/*"),
        "video" | "q video" | "add video prompt" => upload("video/*"),
        "file" | "add file prompt" => upload("application/*"),
        "osm" => upload("osm/*"),
        "select_one" | "select_one_from_file" | "select one" | "select one using" | "q select1" => {
            shown("select1", STRING)
        }
        "select_multiple"
        | "select_multiple_from_file"
        | "select all that apply"
        | "select multiple from"
        | "select multiple using"
        | "q select" => shown("select", STRING),
        "rank" => shown("odk:rank", &[("type", "odk:rank")]),
        "range" => shown("range", INT),
        "acknowledge" | "q acknowledge" | "add acknowledge prompt" => shown("trigger", STRING),
        "trigger" => TypeTraits {
            bind: None,
            ..shown("trigger", &[])
        },
        "background-geopoint" => shown("trigger", GEOPOINT),
        "calculate" | "q calculate" | "add calculate prompt" | "hidden" => unseen(STRING),
        "start-geopoint" => unseen(GEOPOINT),
        "background-audio" | "audit" => unseen(BINARY),
        "start" | "start time" | "get start time" => unseen(&[
            ("jr:preload", "timestamp"),
            ("type", "dateTime"),
            ("jr:preloadParams", "start"),
        ]),
        "end" | "end time" | "get end time" => unseen(&[
            ("jr:preload", "timestamp"),
            ("type", "dateTime"),
            ("jr:preloadParams", "end"),
        ]),
        "today" | "get today" => unseen(&[
            ("jr:preload", "date"),
            ("type", "date"),
            ("jr:preloadParams", "today"),
        ]),
        _ => return property(type_name),
    })
}

/// Types that ask the device for something it knows.
fn property(type_name: &str) -> Option<TypeTraits> {
    macro_rules! known {
        ($name:literal) => {
            unseen(&[
                ("jr:preload", "property"),
                ("type", "string"),
                ("jr:preloadParams", $name),
            ])
        };
    }
    Some(match type_name {
        "deviceid" | "device id" | "get device id" | "imei" => known!("deviceid"),
        "phonenumber" | "get phone number" => known!("phonenumber"),
        "subscriberid" | "subscriber id" | "get subscriber id" => known!("subscriberid"),
        "simserial" | "sim id" | "get sim id" => known!("simserial"),
        "username" => known!("username"),
        "email" => known!("email"),
        "uri:deviceid" => known!("uri:deviceid"),
        "uri:phonenumber" => known!("uri:phonenumber"),
        "uri:subscriberid" => known!("uri:subscriberid"),
        "uri:simserial" => known!("uri:simserial"),
        "uri:username" => known!("uri:username"),
        "uri:email" => known!("uri:email"),
        _ => return None,
    })
}

fn shown(control: &'static str, bind: &'static [(&'static str, &'static str)]) -> TypeTraits {
    TypeTraits {
        control: Some(control),
        media_type: None,
        bind: Some(bind),
        hint: None,
    }
}

fn input(bind: &'static [(&'static str, &'static str)]) -> TypeTraits {
    shown("input", bind)
}

fn hinted(bind: &'static [(&'static str, &'static str)], hint: &'static str) -> TypeTraits {
    TypeTraits {
        hint: Some(hint),
        ..input(bind)
    }
}

fn upload(media_type: &'static str) -> TypeTraits {
    TypeTraits {
        media_type: Some(media_type),
        ..shown("upload", &[("type", "binary")])
    }
}

fn unseen(bind: &'static [(&'static str, &'static str)]) -> TypeTraits {
    TypeTraits {
        control: None,
        media_type: None,
        bind: Some(bind),
        hint: None,
    }
}
