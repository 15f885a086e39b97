//! Which type of question a node is, judged by its control, its bind and what fills it.

use roxmltree::Node;

use super::Parts;
use super::actions::Captured;
use super::document::{attribute, name_of};
use super::record::NodeId;

/// A type by its name in sheets, and the data types of its bind that go without saying.
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) data: &'static [&'static str],
}

const fn kind(name: &'static str, data: &'static [&'static str]) -> Type {
    Type { name, data }
}

const STRING: &[&str] = &["string", ""];
const BINARY: &[&str] = &["binary", ""];

impl<'d> Parts<'d> {
    /// Returns the type of a node that is no group.
    pub(super) fn type_of(&self, node: NodeId) -> Type {
        let control = self.body.control(node).map(|control| control.xml);
        match (self.actions.captured(node).first(), control) {
            (Some(Captured::StartPlace), None) => return kind("start-geopoint", &["geopoint"]),
            (Some(Captured::PlaceAt(_)), None) => return kind("background-geopoint", &["geopoint"]),
            (Some(Captured::Sound(_)), None) => return kind("background-audio", BINARY),
            _ => {}
        }
        match control {
            Some(control) => self.asked(node, control),
            None => self.not_asked(node),
        }
    }

    fn asked(&self, node: NodeId, control: Node<'d, 'd>) -> Type {
        let data = self.binds.data_type(node);
        match name_of(control).as_str() {
            "select1" => kind("select_one", &["string", "", "select1"]),
            "select" => kind("select_multiple", &["string", "", "select"]),
            "odk:rank" | "rank" => kind("rank", &["odk:rank", "rank", "string", ""]),
            "range" => kind("range", &["int", ""]),
            "trigger" if data == "string" => kind("acknowledge", STRING),
            "trigger" => kind("trigger", &[""]),
            "upload" => uploaded(attribute(control, "mediatype").unwrap_or("")),
            _ if attribute(control, "query").is_some() => kind("select_one_external", STRING),
            _ => self.put_in(node, data),
        }
    }

    /// The type of what is put in, by its data.
    fn put_in(&self, node: NodeId, data: &str) -> Type {
        let is_shown_only = self.binds.value(node, "readonly").is_some_and(|readonly| {
            let readonly: String = readonly.split_whitespace().collect();
            readonly == "true()"
        });
        match data {
            "string" | "" if is_shown_only => kind("note", STRING),
            other => of_data(other).unwrap_or(kind("text", STRING)),
        }
    }

    fn not_asked(&self, node: NodeId) -> Type {
        let preload = self.binds.value(node, "jr:preload").unwrap_or("").trim();
        let what = self.binds.value(node, "jr:preloadParams").unwrap_or("").trim();
        if let Some(metadata) = preloaded(preload, what) {
            return metadata;
        }
        let is_computed =
            self.binds.value(node, "calculate").is_some() || self.actions.triggered(node).is_some();
        match of_data(self.binds.data_type(node)) {
            Some(known) if is_computed && known.name != "text" => known,
            _ if is_computed => kind("calculate", STRING),
            _ => kind("hidden", STRING),
        }
    }
}

fn of_data(data: &str) -> Option<Type> {
    Some(match data {
        "string" | "" => kind("text", STRING),
        "int" => kind("integer", &["int"]),
        "integer" | "long" | "short" => kind("integer", &["int", "integer"]),
        "decimal" => kind("decimal", &["decimal"]),
        "double" | "float" => kind("decimal", &["decimal", "double", "float"]),
        "date" => kind("date", &["date"]),
        "time" => kind("time", &["time"]),
        "dateTime" => kind("dateTime", &["dateTime"]),
        "geopoint" => kind("geopoint", &["geopoint"]),
        "geotrace" => kind("geotrace", &["geotrace"]),
        "geoshape" => kind("geoshape", &["geoshape"]),
        "barcode" => kind("barcode", &["barcode"]),
        _ => return None,
    })
}

fn uploaded(media: &str) -> Type {
    match media.split_once('/').map_or(media, |(kind, _)| kind).trim() {
        "image" => kind("image", BINARY),
        "audio" => kind("audio", BINARY),
        "video" => kind("video", BINARY),
        "osm" => kind("osm", BINARY),
        _ => kind("file", BINARY),
    }
}

fn preloaded(preload: &str, what: &str) -> Option<Type> {
    Some(match (preload, what) {
        ("timestamp", "start") => kind("start", &["dateTime", ""]),
        ("timestamp", "end") => kind("end", &["dateTime", ""]),
        ("date", "today") => kind("today", &["date", ""]),
        ("property", "deviceid") => kind("deviceid", STRING),
        ("property", "username") => kind("username", STRING),
        ("property", "email") => kind("email", STRING),
        ("property", "phonenumber" | "phone number") => kind("phonenumber", STRING),
        ("property", "subscriberid") => kind("subscriberid", STRING),
        ("property", "simserial") => kind("simserial", STRING),
        ("property", "uri:deviceid") => kind("uri:deviceid", STRING),
        ("property", "uri:username") => kind("uri:username", STRING),
        ("property", "uri:email") => kind("uri:email", STRING),
        ("property", "uri:phonenumber") => kind("uri:phonenumber", STRING),
        ("property", "uri:subscriberid") => kind("uri:subscriberid", STRING),
        ("property", "uri:simserial") => kind("uri:simserial", STRING),
        _ => return None,
    })
}

/// Whether a type is filled by the device alone, as its bind's preload says.
pub(super) fn is_metadata(name: &str) -> bool {
    matches!(
        name,
        "start"
            | "end"
            | "today"
            | "deviceid"
            | "username"
            | "email"
            | "phonenumber"
            | "subscriberid"
            | "simserial"
    ) || name.starts_with("uri:")
}
