//! What compiler, runtime and packet tests share of a program's control plane: the words, and no I/O.
//!
//! - [`view`]: what a control plane sees of a program, with [`annotation`]s and [`ids`]; `midend::control_plane` makes it.
//! - [`description`]: all that a compiler can tell of a program: the view, and [`types`] and more that only P4Info has.
//! - [`field`], [`entry`], [`value`], [`terms`], [`search`]: numbers, key matches, action calls and entries; text to value and back; names.
//! - [`manifest`]: the view and how it lies in maps, as it travels in an object; [`storage`] is how a table's entries lie there, a file a
//!   strategy.
//! - [`crc`]: the parameters of custom CRCs, and what programs compute them by.
//! - [`kernel`]: versions of the kernel.
//!
//! This crate depends on none of ours. Whatever asks the machine (devices, ports, maps) is its users'.

pub mod annotation;
pub mod cells;
pub mod crc;
pub mod description;
pub mod entry;
pub mod field;
mod hex;
pub mod ids;
pub mod kernel;
pub mod manifest;
pub mod place;
pub mod search;
pub mod storage;
pub mod terms;
pub mod types;
pub mod value;
pub mod view;
