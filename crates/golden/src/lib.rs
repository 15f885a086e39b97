#![doc = include_str!("../README.md")]

mod folder;
pub mod hex;
pub mod page;

pub use folder::Folder;
