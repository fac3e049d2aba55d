//! What the functions of a table in the header do with its storage, in C: in goes the manifest's storage, out comes what the strategy's file in
//! the tables' room says of it.

use crate::tables::control_plane::CStorage;
use p4xdp_control::storage::{Storage, Table};

/// What C control planes do with each strategy's storage.
macro_rules! registry {
    ($($module:ident: $kind:ident;)*) => {
        /// The C of a table's storage.
        pub fn of(storage: &Storage, table: Table<'_>) -> Box<dyn CStorage> {
            match storage {
                $(Storage::$kind(layout) => crate::tables::$module::control_plane(layout, table),)*
            }
        }
    };
}

p4xdp_control::strategies!(registry);
