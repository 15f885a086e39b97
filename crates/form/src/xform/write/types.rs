//! What a type brings along: which control shows it, and what its bind says.

/// What is true of every question of a type, unless its author says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TypeTraits {
    /// The element of the body; `None` for what is not shown.
    pub(super) control: Option<&'static str>,
    /// The kind of file that is uploaded.
    pub(super) media_type: Option<&'static str>,
    /// The type of the bind; `None` if the type of question asks for no bind.
    pub(super) bind: Option<&'static str>,
    /// Further attributes of the bind.
    pub(super) more: &'static [(&'static str, &'static str)],
}

/// Returns what a type brings along, by its canonical name.
pub(super) fn traits_of(type_name: &str) -> Option<TypeTraits> {
    Some(match type_name {
        "text" | "select_one_external" => shown("input", "string"),
        "integer" => shown("input", "int"),
        "decimal" | "date" | "time" | "dateTime" | "geopoint" | "geotrace" | "geoshape" | "barcode" => {
            shown("input", bind_type(type_name))
        }
        "note" => TypeTraits {
            more: &[("readonly", "true()")],
            ..shown("input", "string")
        },
        "image" => upload("image/*"),
        "audio" => upload("audio/*"),
        "video" => upload("video/*"),
        "file" => upload("application/*"),
        "osm" => upload("osm/*"),
        "select_one" | "select_one_from_file" => shown("select1", "string"),
        "select_multiple" | "select_multiple_from_file" => shown("select", "string"),
        "rank" => shown("odk:rank", "odk:rank"),
        "range" => shown("range", "int"),
        "acknowledge" => shown("trigger", "string"),
        "trigger" => TypeTraits {
            bind: None,
            ..shown("trigger", "string")
        },
        "background-geopoint" => shown("trigger", "geopoint"),
        "calculate" | "hidden" => unseen("string", &[]),
        "start-geopoint" => unseen("geopoint", &[]),
        "background-audio" | "audit" => unseen("binary", &[]),
        _ => return metadata(type_name),
    })
}

/// Types that ask the device for something it knows.
fn metadata(type_name: &str) -> Option<TypeTraits> {
    macro_rules! preloaded {
        ($bind:literal, $from:literal, $what:literal) => {
            unseen($bind, &[("jr:preload", $from), ("jr:preloadParams", $what)])
        };
    }
    Some(match type_name {
        "start" => preloaded!("dateTime", "timestamp", "start"),
        "end" => preloaded!("dateTime", "timestamp", "end"),
        "today" => preloaded!("date", "date", "today"),
        "deviceid" => preloaded!("string", "property", "deviceid"),
        "phonenumber" => preloaded!("string", "property", "phonenumber"),
        "subscriberid" => preloaded!("string", "property", "subscriberid"),
        "simserial" => preloaded!("string", "property", "simserial"),
        "username" => preloaded!("string", "property", "username"),
        "email" => preloaded!("string", "property", "email"),
        "uri:deviceid" => preloaded!("string", "property", "uri:deviceid"),
        "uri:phonenumber" => preloaded!("string", "property", "uri:phonenumber"),
        "uri:subscriberid" => preloaded!("string", "property", "uri:subscriberid"),
        "uri:simserial" => preloaded!("string", "property", "uri:simserial"),
        "uri:username" => preloaded!("string", "property", "uri:username"),
        "uri:email" => preloaded!("string", "property", "uri:email"),
        _ => return None,
    })
}

/// The type of the bind where it has the name of the type of question.
fn bind_type(type_name: &str) -> &'static str {
    let named = [
        "decimal", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape", "barcode",
    ];
    named
        .into_iter()
        .find(|name| *name == type_name)
        .unwrap_or("string")
}

fn shown(control: &'static str, bind: &'static str) -> TypeTraits {
    TypeTraits {
        control: Some(control),
        media_type: None,
        bind: Some(bind),
        more: &[],
    }
}

fn upload(media_type: &'static str) -> TypeTraits {
    TypeTraits {
        media_type: Some(media_type),
        ..shown("upload", "binary")
    }
}

fn unseen(bind: &'static str, more: &'static [(&'static str, &'static str)]) -> TypeTraits {
    TypeTraits {
        control: None,
        media_type: None,
        bind: Some(bind),
        more,
    }
}
