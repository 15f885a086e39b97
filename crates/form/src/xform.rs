//! ODK XForms 1.0: the XML that other tools exchange forms in, read into a
//! [`Definition`](crate::definition::Definition) and written from one.

mod read;
mod write;

/// The sheet that is named in what is wrong with an XForm; its rows are lines of the XML.
pub(crate) const SHEET: &str = "xform";

/// Turns the entities of XML in a text into what they stand for.
fn unescape(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
