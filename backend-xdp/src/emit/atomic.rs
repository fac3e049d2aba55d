//! Blocks that are `@atomic` and need a lock: in, what `layout::atomic` found that they hold; out, the cells' lookups, the lock around the block,
//! and the cells for the externs that the block calls. What is called under a lock that the kernel does not allow there is refused.

use super::Cx;
use crate::c::code::{Code, Name, code};
use crate::c::prelude::first_helper;
use crate::layout::atomic;
use crate::tables::strategy::key_alignment;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Block, ExternId, LabelId};
use std::rc::Rc;

/// Helpers that the kernel allows under a lock.
const ALLOWED: [&str; 2] = ["bpf_spin_lock", "bpf_spin_unlock"];

impl Cx<'_> {
    /// Writes a block that others see as one step.
    pub(super) fn atomic_block(&mut self, label: LabelId, body: &Block, span: Span) {
        let blocks = Rc::clone(&self.module.atomic);
        // Within another one that holds registers it says nothing new.
        let Some(held) = blocks.blocks.get(&label).filter(|_| self.held.is_empty()) else {
            return self.labelled(label, |cx| cx.block(body));
        };
        let externs = Rc::clone(&self.module.externs);
        self.out.begin(code!("{"));
        let index = self.value(&held.index).masked();
        let key = self.module.names.unique("held_index");
        self.out.line(code!("__u32 {} {} = {};", key, key_alignment(), index.text));
        for register in &held.registers {
            // One that was refused has none.
            let Some((ty, map)) = externs.instance(*register).cell() else { continue };
            let cell = self.module.names.unique("held");
            self.out.line(code!("{} *{} = @bpf_map_lookup_elem(&{}, &{});", ty, cell, map, key));
            self.held.push((*register, cell));
        }
        self.out.blank();
        let first = self.held.first().map(|(_, cell)| cell.clone());
        if let Some(first) = &first {
            self.out.line(code!("if ({})\n\t@bpf_spin_lock(&{}->lock);", first, first));
        }
        let nested = self.out.nested();
        let before = std::mem::replace(&mut self.out, nested);
        self.with_cuts(false, |cx| cx.labelled(label, |cx| cx.block(body)));
        let written = std::mem::replace(&mut self.out, before);
        if let Some(helper) = first_helper(written.names().into_iter().collect(), &ALLOWED) {
            let why = format!("the kernel does not let programs call `{helper}` while they hold a lock");
            atomic::refuse(self.module.sink, span, &why, span);
        }
        self.out.append(written);
        self.held.clear();
        if let Some(first) = &first {
            self.out.line(code!("if ({})\n\t@bpf_spin_unlock(&{}->lock);", first, first));
        }
        self.out.end();
    }

    /// Ends with a verdict where something holds. The kernel wants no program to end with a lock.
    pub(crate) fn abort_if(&mut self, condition: Code, verdict: Code) {
        let Some((_, first)) = self.held.first().cloned() else {
            return self.out.return_if(condition, verdict);
        };
        self.out.begin_if(condition);
        self.out.line(code!("if ({})\n\t@bpf_spin_unlock(&{}->lock);", first, first));
        self.out.line(code!("return {};", verdict));
        self.out.end();
    }

    /// The cell of a register that the block at hand holds; null beyond its end.
    pub(crate) fn held_cell(&self, register: Option<ExternId>) -> Option<Name> {
        let held = self.held.iter().find(|(id, _)| Some(*id) == register);
        held.map(|(_, cell)| cell.clone())
    }
}
