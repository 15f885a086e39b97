#![doc = include_str!("../README.md")]

pub mod access;
pub mod export;
pub mod web;
