//! What this crate promises: nothing is lost, nothing is decided silently, and everybody who has
//! the same changes sees the same.

#[cfg(test)]
mod field;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod interviews;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod stories;
