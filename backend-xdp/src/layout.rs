//! Where things live: header types as C structures, headers in the program, keys and values of tables.

pub(crate) mod atomic;
pub(crate) mod carried;
pub(crate) mod cell;
pub mod deparse;
pub(crate) mod extern_facts;
pub mod headers;
pub mod lifted;
pub mod loops;
pub mod merging;
pub(crate) mod narrow;
pub mod parser_rounds;
pub mod paths;
pub mod phases;
pub(crate) mod pool;
pub mod pressure;
pub mod row;
pub mod storage;
pub mod text;
pub mod wide;
