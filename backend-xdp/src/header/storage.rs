//! What the functions of a table in the header do with its storage, in C: one file a strategy.
//!
//! In goes the manifest's storage, out come the declarations of its key and the statements that fill it, write an entry and remove one. What
//! the functions are called, and what else is in them, is `tables`'.

mod array;
mod keyed;

use super::structures::Field;
use p4xdp_control::storage::Storage;
use p4xdp_control::view::Key;

/// The C of a storage. Its functions have `map_fd`, `key` and `value` at hand.
pub trait CStorage {
    /// Declares the key's structure `struct STEM_key`, if it is one.
    fn key_structure(&self, stem: &str, keys: &[Field<'_>], out: &mut String);

    /// The C type of a key.
    fn key_type(&self, stem: &str) -> String;

    /// Statements that fill `*key` from the arguments, which fit.
    fn fill_key(&self, keys: &[(&Field<'_>, &Key)]) -> Vec<String>;

    /// An expression: 0, or a negative error number, once `value` stands under `key`; `flags` as for `bpf_map_update_elem`.
    fn put(&self, flags: &str) -> String;

    /// An expression: 0, or a negative error number, once there is nothing under `key`.
    fn delete(&self, stem: &str) -> String;
}

/// The C of a table's storage.
pub fn of(storage: &Storage) -> Box<dyn CStorage + '_> {
    match storage {
        Storage::Hash(hash) => Box::new(keyed::Keyed { key_size: hash.key_size, exact_bits: None }),
        Storage::LpmTrie(trie) => {
            Box::new(keyed::Keyed { key_size: trie.key_size, exact_bits: Some(trie.exact_bits) })
        }
        Storage::Array(_) => Box::new(array::Array),
    }
}

/// The argument with the length of a prefix.
pub fn prefix_length(field: &Field<'_>) -> String {
    format!("{}_prefix_length", field.name)
}
