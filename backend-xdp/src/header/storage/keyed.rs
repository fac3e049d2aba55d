//! A kernel hash map or trie: the key is a structure, which in a trie begins with the length of the prefix.

use super::super::line;
use super::super::structures::{Field, declarations};
use super::{CStorage, prefix_length};
use p4xdp_control::storage::lpm_trie::LENGTH;
use p4xdp_control::view::{Key, MatchKind};

/// See the module.
pub struct Keyed {
    /// Bytes of the key.
    pub key_size: u32,
    /// Of a trie: bits of the key in front of the prefix.
    pub exact_bits: Option<u32>,
}

impl CStorage for Keyed {
    fn key_structure(&self, stem: &str, keys: &[Field<'_>], out: &mut String) {
        line(out, &format!("struct {stem}_key {{"));
        let mut start = 0;
        if self.exact_bits.is_some() {
            line(out, "\t__u32 prefixlen;");
            start = LENGTH;
        }
        for declaration in declarations(keys, start, self.key_size) {
            line(out, &format!("\t{declaration}"));
        }
        line(
            out,
            &format!("}};\nstatic_assert(sizeof(struct {stem}_key) == {}, \"layout\");\n", self.key_size),
        );
    }

    fn key_type(&self, stem: &str) -> String {
        format!("struct {stem}_key")
    }

    fn fill_key(&self, keys: &[(&Field<'_>, &Key)]) -> Vec<String> {
        let mut statements = vec!["memset(key, 0, sizeof(*key));".to_owned()];
        if let Some(exact_bits) = self.exact_bits {
            let lpm = keys.iter().find(|(_, key)| key.match_kind == MatchKind::Lpm);
            let length = lpm.map_or_else(String::new, |(field, _)| format!(" + {}", prefix_length(field)));
            statements.push(format!("key->prefixlen = {exact_bits}{length};"));
        }
        statements.extend(keys.iter().map(|(field, _)| field.assignment("key->")));
        statements
    }

    fn put(&self, flags: &str) -> String {
        format!("bpf_map_update_elem(map_fd, &key, &value, {flags}) ? -errno : 0")
    }

    fn delete(&self, _: &str) -> String {
        "bpf_map_delete_elem(map_fd, &key) ? -errno : 0".to_owned()
    }
}
