//! Header stacks whose `next_index` is known: elements take the place of `next`, and validity moves with `push_front` and `pop_front`.

use super::facts::Fact;
use super::walk::Walker;
use crate::ir::*;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use std::rc::Rc;

impl Walker<'_> {
    pub(super) fn next_index(&self, stack: StackId) -> Option<usize> {
        self.facts.constant(self.program.stacks[stack].next_index)?.to_usize()
    }

    fn set_next_index(&mut self, stack: StackId, value: usize) {
        let next = self.program.stacks[stack].next_index;
        self.facts.set_local(next, Some(Fact::Const(Rc::new(BigUint::from(value)))));
    }

    pub(super) fn extract_next(
        &mut self,
        (stack, index): (StackId, usize),
        varbit_bits: Option<Expr>,
        span: p4xdp_frontend::source::Span,
        result: &mut Block,
    ) {
        let decl = &self.program.stacks[stack];
        let Some(&header) = decl.elements.get(index) else {
            let name = "StackOutOfBounds";
            let error = self.program.errors.iter().position(|e| &**e == name).unwrap_or_default();
            let error = Expr::constant(error, ScalarType::Error, span);
            result.push(Stmt { kind: StmtKind::Reject { error }, span });
            self.facts.dead = true;
            return;
        };
        let extract = StmtKind::Extract { header: HeaderRef::Header(header), varbit_bits };
        result.push(Stmt { kind: extract, span });
        let dst = LValue::Local(decl.next_index);
        let src = Expr::constant(index + 1, ScalarType::bit(32), span);
        result.push(Stmt { kind: StmtKind::Assign { dst, src }, span });
        self.facts.set_header(header, Some(true));
        self.set_next_index(stack, index + 1);
    }

    /// `push_front` and `pop_front`: validity moves along.
    pub(super) fn shift(&mut self, stack: StackId, count: usize, push: bool) {
        let decl = &self.program.stacks[stack];
        let size = decl.elements.len();
        let old: Vec<Option<bool>> = decl.elements.iter().map(|&h| self.facts.validity(h)).collect();
        for (i, &header) in decl.elements.iter().enumerate() {
            let from = if push { i.checked_sub(count) } else { i.checked_add(count).filter(|&j| j < size) };
            let valid = match from {
                Some(from) => old.get(from).copied().flatten(),
                None => Some(false),
            };
            self.facts.set_header(header, valid);
        }
        match self.next_index(stack) {
            Some(next) if push => self.set_next_index(stack, (next + count).min(size)),
            Some(next) => self.set_next_index(stack, next.saturating_sub(count)),
            None => self.facts.set_local(decl.next_index, None),
        }
    }
}
