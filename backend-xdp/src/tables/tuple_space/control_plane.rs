//! A tuple space for C control planes: in, where keys lie; out, the structures of what entries demand of them, and the statements that fill
//! these. Finding masks, and keeping their list, is the support's (`header/support/tuple_space.h`).

use crate::tables::control_plane::{CStorage, Functions, Given, KeyField, Member, declarations};
use p4xdp_control::storage::TupleSpace;
use p4xdp_control::storage::tuple_space::NUMBER;

/// See the module.
pub struct Masked<'l> {
    /// The storage.
    pub layout: &'l TupleSpace,
}

impl CStorage for Masked<'_> {
    fn key_structure(&self, stem: &str, keys: &[KeyField<'_>]) -> Vec<String> {
        let TupleSpace { key_size, ranges, .. } = self.layout;
        let mut lines = vec![
            "/* A key of the map: the number of a mask, and the bits of keys that it leaves. */".to_owned(),
            format!("struct {stem}_key {{\n\t__u32 mask;"),
        ];
        let members = declarations(keys.iter().map(|key| &key.field), NUMBER, *key_size);
        lines.extend(members.into_iter().map(|declaration| format!("\t{declaration}")));
        lines.push(format!("}};\nstatic_assert(sizeof(struct {stem}_key) == {key_size}, \"layout\");\n"));
        lines.push("/* What an entry demands of keys: see p4xdp_in_tuple_space. */".to_owned());
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
        let TupleSpace { masks, most_masks, ranges, .. } = self.layout;
        Functions {
            name: "tuple_space",
            text: include_str!("../../header/support/tuple_space.h"),
            members: vec![
                ("masks", Member::Map(masks.clone())),
                ("most_masks", Member::Number(*most_masks)),
                ("ranges", Member::Number(*ranges)),
            ],
        }
    }
}
