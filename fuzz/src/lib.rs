//! What the fuzz targets share: an input to take pieces from, a small field of people with keys,
//! a form with answers, and what must hold of every form that was read.

pub mod changes;
pub mod field;
pub mod forms;
pub mod guards;
pub mod input;
