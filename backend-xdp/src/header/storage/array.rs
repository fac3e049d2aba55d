//! A kernel array: the key is the index, and a slot whose action number is 0 is free.

use super::super::structures::Field;
use super::CStorage;
use p4xdp_control::view::Key;

/// See the module.
pub struct Array;

impl CStorage for Array {
    fn key_structure(&self, _: &str, _: &[Field<'_>], _: &mut String) {}

    fn key_type(&self, _: &str) -> String {
        "__u32".to_owned()
    }

    fn fill_key(&self, keys: &[(&Field<'_>, &Key)]) -> Vec<String> {
        keys.iter().map(|(field, _)| format!("*key = {};", field.name)).collect()
    }

    fn put(&self, flags: &str) -> String {
        format!("p4xdp_array_put(map_fd, key, &value, sizeof(value), {flags})")
    }

    fn delete(&self, stem: &str) -> String {
        format!("p4xdp_array_put(map_fd, key, NULL, sizeof(struct {stem}_value), BPF_EXIST)")
    }
}
