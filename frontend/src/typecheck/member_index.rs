//! Where a struct's field or an enum's member stands, by its name. In: a declaration that is complete. Out: the position of the first of that
//! name. Declarations of many members get a table when they are first asked, so that a program's time stays linear in their size.

use super::Checker;
use crate::hir::{EnumId, Named, StructId};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Up to so many members a search is faster.
const FEW: usize = 16;

/// The tables made so far.
#[derive(Debug, Default)]
pub(super) struct MemberIndex {
    fields: FxHashMap<StructId, Positions>,
    members: FxHashMap<EnumId, Positions>,
}

type Positions = FxHashMap<Arc<str>, usize>;

impl Checker<'_> {
    /// The position of a field.
    pub(super) fn field_position(&mut self, id: StructId, name: &str) -> Option<usize> {
        let names = self.program.structs[id].fields.iter().map(|field| &field.name);
        position(&mut self.members.fields, id, names, name)
    }

    /// The position of an enum's member.
    pub(super) fn enum_member_position(&mut self, id: EnumId, name: &str) -> Option<usize> {
        let names = self.program.enums[id].members.iter().map(|member| &member.name);
        position(&mut self.members.members, id, names, name)
    }
}

fn position<'n, Id: std::hash::Hash + Eq>(
    tables: &mut FxHashMap<Id, Positions>,
    id: Id,
    mut names: impl ExactSizeIterator<Item = &'n Named>,
    name: &str,
) -> Option<usize> {
    if names.len() <= FEW {
        return names.position(|member| &*member.name == name);
    }
    let table = tables.entry(id).or_insert_with(|| {
        let mut table = Positions::default();
        for (position, member) in names.enumerate() {
            table.entry(member.name.clone()).or_insert(position);
        }
        table
    });
    table.get(name).copied()
}
