//! Entries that packets add: in, the action and parameters that a default action asks for; out, C that puts them under the key that missed.
//!
//! ```text
//! {
//!         struct flows_value flows_added __attribute__((aligned(8))) = {};
//!
//!         flows_added.action = FLOWS_NEXT_HOP;
//!         flows_added.next_hop.port = port;
//!         added = !bpf_map_update_elem(&flows, &flows_key, &flows_added, BPF_NOEXIST);
//! }
//! ```
//!
//! Where an entry matched there is one with this key already, and nothing is added.

use super::super::Cx;
use crate::c::code::{Name, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::c::tree::SHARED;
use crate::lacking;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Expr, ExprKind, ScalarType};
use std::rc::Rc;

impl Cx<'_> {
    /// Adds an entry to the table whose action is written: this action with these parameters. Gives whether that was done.
    pub(crate) fn add_entry(&mut self, action: &str, values: &[Expr], span: Span) -> CExpr {
        let nothing = CExpr::boolean(false);
        let Some(id) = self.applied else { return nothing };
        let tables = Rc::clone(&self.module.tables);
        let (table, layout) = (&self.program.tables[id], &tables.layouts[id]);
        let is_it = |name: &str| name == action || name.ends_with(&format!(".{action}"));
        let found = table.actions.iter().position(|entry| is_it(&self.program.actions[entry.action].name));
        let found = found.and_then(|position| layout.value.actions.get(position));
        let Some(found) = found.filter(|found| found.in_entries && found.params.list.len() == values.len())
        else {
            return nothing;
        };
        let storage = layout.storage.as_ref().and_then(|storage| storage.key_object());
        let (Some((map, key)), None, None, true) =
            (storage, &layout.direct, &layout.indirect, table.entries.is_empty())
        else {
            self.module.sink.emit(lacking::ADD_ENTRY.at(span));
            return nothing;
        };
        let key = match self.is_built_in_shared(&code!("struct {}", key), &key, false) {
            true => code!("{}->{}", SHARED, key),
            false => code!("{}", key),
        };
        let added = self.fresh("added", CType::Bool.name());
        self.out.begin(code!("{"));
        let name = self.module.names.unique(&format!("{}_added", layout.stem));
        let record = self.empty_record(&layout.value.tag, &name, layout.value.size);
        self.out.blank();
        self.out.line(code!("{}.action = {};", record, found.constant));
        for (member, value) in found.params.list.iter().zip(values) {
            let value = of_type(value, member.ty);
            let place = code!("{}.{}.{}", record, Name::new(&found.member), member.c_name);
            let elements = self.elements(&value, member.shape);
            match elements.as_slice() {
                [one] if member.shape.units == 1 => self.out.line(code!("{} = {};", place, one)),
                several => {
                    for (i, element) in several.iter().enumerate() {
                        self.out.line(code!("{}[{}] = {};", place, i, element));
                    }
                }
            }
        }
        self.out.line(code!(
            "{} = !@bpf_map_update_elem(&{}, &{}, &{}, @BPF_NOEXIST);",
            added,
            map,
            key,
            record
        ));
        self.out.end();
        CExpr::truth(code!("{}", added), Prec::Postfix)
    }
}

/// A value as one of a parameter, which may have other bits.
fn of_type(value: &Expr, ty: ScalarType) -> Expr {
    match (value.ty, ty) {
        (ScalarType::Bits { .. }, ScalarType::Bits { .. }) if value.ty != ty => {
            Expr { kind: ExprKind::Cast(Box::new(value.clone())), ty, span: value.span }
        }
        _ => value.clone(),
    }
}
