//! What the desk promises: exports that are complete, and a console that is safe to leave open.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod console;
#[cfg(test)]
mod exporting;
#[cfg(test)]
mod field;
