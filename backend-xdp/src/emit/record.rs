//! Structures that the program fills and hands out: in go the members and their values, out comes C that puts them there.

use super::Cx;
use crate::c::code::{Code, Name, ToCode, code};
use crate::tables::hash::emit_key_values;
use crate::tables::members::{Members, Shape};
use crate::tables::strategy::{KeyObject, KeyValues};
use p4xdp_midend::ir::Expr;

/// Larger ones are not built on the stack.
const MOST_ON_STACK: u32 = 64;

/// The values of a structure's members.
struct Values<'c, 'a> {
    cx: &'c mut Cx<'a>,
    values: &'c [Expr],
    size: u32,
}

impl KeyValues for Values<'_, '_> {
    fn elements(&mut self, position: usize, shape: Shape) -> Vec<Code> {
        self.values.get(position).map_or_else(Vec::new, |value| self.cx.elements(value, shape))
    }

    fn are_shared(&mut self, c_type: &Code, name: &Name) -> bool {
        self.cx.is_built_in_shared(c_type, name, self.size > MOST_ON_STACK)
    }
}

impl Cx<'_> {
    /// Writes a structure with this tag, each of its members with its value, gaps with zeros; gives what stands for it. Its name is known in
    /// the C block that this is written in.
    pub(crate) fn record(&mut self, tag: &Name, name: &Name, members: &Members, values: &[Expr]) -> Code {
        let mut out = self.out.nested();
        let mut given = Values { cx: self, values, size: members.size() };
        let object = KeyObject::begin(&mut given, code!("struct {}", tag), name, &mut out);
        emit_key_values(&object, members, &mut given, &mut out);
        object.fill_gaps(members, 0..members.size(), &mut out);
        object.end(&mut out);
        self.out.append(out);
        object.code()
    }
}
