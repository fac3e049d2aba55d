//! Placeholder.

pub mod clang;
pub mod emit {
    pub mod writer;
}
pub mod externs;
pub mod header;
pub mod layout {
    pub mod members;
    pub mod param_order;
    pub mod tables;
}
pub mod manifest;
pub mod maps;
pub mod names;
pub mod prelude;
pub mod table_storage;
