//! Entries with masks for C control planes: in, where keys lie; out, the structures of what entries demand of them, and the statements that fill
//! these. Finding entries, and keeping what packets find them by, is the support's (`header/support/bit_vectors.h`, `tuple_space.h`).

use crate::tables::control_plane::{CStorage, Functions, Given, KeyField, Member, declarations};
use p4xdp_control::storage::masked;
use p4xdp_control::storage::tuple_space::NUMBER;

/// See the module.
pub struct Masked {
    /// Bytes of a key.
    key_size: u32,
    /// Keys of kind `range`.
    ranges: u32,
    /// Keys begin with the number of a mask.
    is_numbered: bool,
    functions: Functions,
}

impl Masked {
    /// Entries of this storage, whose keys perhaps begin with the number of a mask; `own` is what only this storage has.
    pub fn new(layout: &dyn masked::Masked, is_numbered: bool, own: Functions) -> Masked {
        let mut functions = own;
        let ranges = layout.range_keys();
        let rank = layout.rank_range().start as u32;
        functions.members.extend([("ranges", Member::Number(ranges)), ("rank", Member::Number(rank))]);
        Masked { key_size: layout.key_size(), ranges, is_numbered, functions }
    }
}

impl CStorage for Masked {
    fn key_structure(&self, stem: &str, keys: &[KeyField<'_>]) -> Vec<String> {
        let Masked { key_size, ranges, .. } = self;
        let (what, start) = match self.is_numbered {
            true => ("A key of the map: the number of a mask, and the bits of keys that it leaves", NUMBER),
            false => ("What keys are compared with, or the bits of it that matter", 0),
        };
        let mut lines = vec![format!("/* {what}. */"), format!("struct {stem}_key {{")];
        lines.extend(self.is_numbered.then(|| "\t__u32 mask;".to_owned()));
        let members = declarations(keys.iter().map(|key| &key.field), start, *key_size);
        lines.extend(members.into_iter().map(|declaration| format!("\t{declaration}")));
        lines.push(format!("}};\nstatic_assert(sizeof(struct {stem}_key) == {key_size}, \"layout\");\n"));
        lines.push("/* What an entry demands of keys. */".to_owned());
        lines.push(format!("struct {stem}_match {{\n\tstruct {stem}_key key, bits;\n\t__u64 precedence;"));
        if *ranges > 0 {
            lines.push(format!("\t__u64 range[{}];", 2 * ranges));
        }
        lines.push("};\n".to_owned());
        lines
    }

    fn key_type(&self, stem: &str) -> String {
        format!("struct {stem}_match")
    }

    fn fill_key(&self, keys: &[KeyField<'_>], has_priorities: bool) -> Vec<String> {
        let mut statements = vec!["memset(key, 0, sizeof(*key));".to_owned()];
        let (mut ranges, mut lengths) = (0, Vec::new());
        for KeyField { field, key, given } in keys {
            let width = key.param.width;
            let bits = |count: &str| match field.is_wide() {
                true => format!("p4xdp_put_first_bits(key->bits.{}, {width}, {count});", field.name),
                false => field.assignment_of("key->bits.", &format!("p4xdp_first_bits({width}, {count})")),
            };
            match given {
                Given::Bounds(low, high) => {
                    let signed = u32::from(key.param.signed);
                    statements.push(format!(
                        "if (p4xdp_put_range(&key->range[{ranges}], (__u64){low}, (__u64){high}, {width}, {signed}))\n\
                         \t\treturn -EINVAL;"
                    ));
                    ranges += 2;
                    continue;
                }
                Given::Value => statements.push(bits(&width.to_string())),
                Given::Any(name) => statements.push(bits(&format!("{name} ? 0 : {width}"))),
                Given::Mask(name) => statements.push(field.assignment_of("key->bits.", name)),
                Given::Length(name) => {
                    statements.push(bits(name));
                    lengths.push(name.clone());
                }
            }
            statements.push(field.assignment("key->key."));
        }
        statements.push("p4xdp_clear_bits(&key->key, &key->bits, sizeof(key->key));".to_owned());
        let precedence = match (has_priorities, lengths.as_slice()) {
            (true, _) => "priority".to_owned(),
            (false, []) => "0".to_owned(),
            (false, lengths) => lengths.join(" + "),
        };
        statements.push(format!("key->precedence = {precedence};"));
        statements
    }

    fn functions(&self) -> Functions {
        self.functions.clone()
    }
}
