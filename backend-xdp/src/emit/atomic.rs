//! Blocks that are `@atomic` and need a lock: in, what `layout::atomic` found that they hold; out, the cells' lookups, the lock around the block,
//! and the cells for the externs that the block calls. What is called under a lock that the kernel does not allow there is refused.

use super::Cx;
use crate::c::code::{Code, Known, Name, code};
use crate::c::prelude::first_helper;
use crate::emit::externs::Call;
use crate::layout::atomic;
use crate::tables::strategy::key_alignment;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Block, Expr, ExternId, LabelId};
use p4xdp_midend::passes::fold::same;
use std::rc::Rc;

/// The map with the program's lock, and the structure of it.
const ATOMIC: Known = Known("p4xdp_atomic");

/// What a block holds while it is written.
#[derive(Clone, Debug)]
pub(super) struct Holding {
    /// The pointer to what has the lock.
    lock: Name,
    /// Pointers to cells of registers, by their indices.
    cells: Vec<(ExternId, Expr, Name)>,
}

/// Helpers that the kernel allows under a lock.
const ALLOWED: [&str; 2] = ["bpf_spin_lock", "bpf_spin_unlock"];

impl Cx<'_> {
    /// Writes a block that others see as one step.
    pub(super) fn atomic_block(&mut self, label: LabelId, body: &Block, span: Span) {
        let blocks = Rc::clone(&self.module.atomic);
        // Within another one that holds registers it says nothing new.
        let Some(held) = blocks.blocks.get(&label).filter(|_| self.held.is_none()) else {
            return self.labelled(label, |cx| cx.block(body));
        };
        self.under_lock(held, span, |cx| cx.with_cuts(false, |cx| cx.labelled(label, |cx| cx.block(body))));
    }

    /// Writes a call, under the program's lock if its register is used so.
    pub(super) fn with_lock_of(&mut self, call: &Call<'_>, write: impl FnOnce(&mut Self)) {
        let register = call.instance.filter(|id| self.module.atomic.under_one.contains(id));
        let index = call.args.iter().find_map(Arg::value);
        match (register, index) {
            (Some(register), Some(index)) if self.held.is_none() => {
                let held = atomic::Held { cells: vec![(register, index.clone())], is_whole: true };
                self.under_lock(&held, call.span, write);
            }
            _ => write(self),
        }
    }

    /// Writes what is done under a lock, and the lookups in front of it.
    fn under_lock(&mut self, held: &atomic::Held, span: Span, write: impl FnOnce(&mut Self)) {
        let externs = Rc::clone(&self.module.externs);
        self.out.begin(code!("{"));
        let mut keys: Vec<(&Expr, Name)> = Vec::new();
        let mut cells = Vec::new();
        for (register, index) in &held.cells {
            let known = keys.iter().find(|(known, _)| same(known, index)).map(|(_, key)| key.clone());
            let key = known.unwrap_or_else(|| {
                let value = self.cell_index(index).masked().text;
                self.held_key("held_index", &value)
            });
            keys.push((index, key.clone()));
            // One that was refused has none.
            let Some((ty, map)) = externs.instance(*register).cell() else { continue };
            let cell = self.held_pointer("held", &code!("{} *", ty), &map, &key);
            cells.push((*register, index.clone(), cell));
        }
        let lock = if held.is_whole {
            let key = self.held_key("lock_index", &code!("0"));
            Some(self.held_pointer("lock", &code!("struct {} *", ATOMIC), &ATOMIC.name(), &key))
        } else {
            cells.first().map(|(_, _, cell)| cell.clone())
        };
        self.held = lock.clone().map(|lock| Holding { lock, cells });
        self.out.blank();
        if let Some(lock) = &lock {
            self.out.line(code!("if ({})\n\t@bpf_spin_lock(&{}->lock);", lock, lock));
        }
        let nested = self.out.nested();
        let before = std::mem::replace(&mut self.out, nested);
        write(self);
        let written = std::mem::replace(&mut self.out, before);
        if let Some(helper) = first_helper(written.names().into_iter().collect(), &ALLOWED) {
            let why = format!("the kernel does not let programs call `{helper}` while they hold a lock");
            atomic::refuse(self.module.sink, span, &why, span);
        }
        self.out.append(written);
        self.held = None;
        if let Some(lock) = &lock {
            self.out.line(code!("if ({})\n\t@bpf_spin_unlock(&{}->lock);", lock, lock));
        }
        self.out.end();
    }

    /// Declares a key for lookups.
    fn held_key(&mut self, wanted: &str, index: &Code) -> Name {
        let key = self.module.names.unique(wanted);
        self.out.line(code!("__u32 {} {} = {};", key, key_alignment(), index));
        key
    }

    /// Looks a cell up.
    fn held_pointer(&mut self, wanted: &str, pointer: &Code, map: &Name, key: &Name) -> Name {
        let cell = self.module.names.unique(wanted);
        self.out.line(code!("{}{} = @bpf_map_lookup_elem(&{}, &{});", pointer, cell, map, key));
        cell
    }

    /// Ends with a verdict where something holds. The kernel wants no program to end with a lock.
    pub(crate) fn abort_if(&mut self, condition: Code, verdict: Code) {
        let Some(lock) = self.held.as_ref().map(|held| held.lock.clone()) else {
            return self.out.return_if(condition, verdict);
        };
        self.out.begin_if(condition);
        self.out.line(code!("if ({})\n\t@bpf_spin_unlock(&{}->lock);", lock, lock));
        self.out.line(code!("return {};", verdict));
        self.out.end();
    }

    /// The cell of a register's call that the block at hand holds; null beyond its end.
    pub(crate) fn held_cell(&self, call: &Call<'_>) -> Option<Name> {
        let index = call.args.iter().find_map(Arg::value)?;
        let is_it =
            |(id, known, _): &&(ExternId, Expr, Name)| Some(*id) == call.instance && same(known, index);
        Some(self.held.as_ref()?.cells.iter().find(is_it)?.2.clone())
    }
}
