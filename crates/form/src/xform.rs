//! XForms, the notation in which forms travel between ODK programs.

mod read;

/// The sheet that is named in what is wrong with an XForm; its rows are lines of the XML.
pub(crate) const SHEET: &str = "xform";
