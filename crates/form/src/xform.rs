//! ODK XForms 1.0: a [`Definition`](crate::definition::Definition) as the XML that other tools
//! exchange forms in.

mod write;
