//! Structures that the program fills and hands out: in go the members and their values, out comes C that puts them there.

use super::Cx;
use super::table::host_member;
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::CExpr;
use crate::c::tree::SHARED;
use crate::tables::hash::emit_key_values;
use crate::tables::members::{Member, Members, Shape};
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
    /// Makes room for a structure with this tag, all zeros; gives what stands for it.
    pub(crate) fn empty_record(&mut self, tag: &Name, name: &Name, bytes: u32) -> Code {
        let c_type = code!("struct {}", tag);
        if self.is_built_in_shared(&c_type, name, bytes > MOST_ON_STACK) {
            let object = code!("{}->{}", SHARED, name);
            self.out.line(code!("__builtin_memset(&{}, 0, sizeof({}));", object, object));
            return object;
        }
        self.out.line(code!("{} {} __attribute__((aligned(8))) = {{}};", c_type, name));
        name.code()
    }

    /// A member of a structure as a number in host order; `text` stands for it in C.
    pub(crate) fn member_value(&mut self, member: &Member, text: &Code) -> CExpr {
        host_member(member, text)
    }

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
