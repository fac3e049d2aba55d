//! Bounds checks of parsers: how many bytes may be asked for at once, without rejecting a packet that P4 accepts.

use super::Cx;
use super::parser_stmt::constant_bits;
use crate::c::code::ToCode;
use crate::limits::{MOST_CHECKED, MOST_SKIPPED};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Stmt, StmtKind, Target, Transition};

/// How many bytes a piece of parser needs, whatever it does.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Need {
    /// At least so many, or it rejects.
    Bytes(u32),
    /// It rejects in any case.
    Any,
}

impl Need {
    fn behind(self, bytes: u32) -> Need {
        match self {
            Need::Bytes(n) => Need::Bytes(n + bytes),
            Need::Any => Need::Any,
        }
    }

    fn least(self, other: Need) -> Need {
        match (self, other) {
            (Need::Any, n) | (n, Need::Any) => n,
            (Need::Bytes(a), Need::Bytes(b)) => Need::Bytes(a.min(b)),
        }
    }
}

impl Cx<'_> {
    /// Writes the bounds check that the next statement needs, for as many bytes as may be asked for now.
    pub(super) fn ensure(&mut self, rest: &[Stmt], transition: Option<&Transition>, span: Span) {
        let Some((first, _)) = rest.split_first() else { return };
        let own = match self.need(&[], Some(first)) {
            Need::Bytes(n) => n,
            Need::Any => 0,
        };
        let Some(context) = self.in_parser.as_ref() else { return };
        if context.checked >= own {
            return;
        }
        let all = if context.visible { Need::Bytes(own) } else { self.need_of(rest, transition) };
        let bytes = match all {
            Need::Bytes(n) => n.max(own),
            Need::Any => own,
        };
        if bytes > MOST_CHECKED {
            let message = format!("{bytes} bytes at once are more than a packet can hold");
            self.refuse(codes::E0512, span, message);
        }
        let bytes = bytes.min(MOST_CHECKED);
        self.ask_for(&bytes.code());
        if let Some(context) = self.context() {
            context.checked = bytes;
        }
    }

    fn need(&mut self, rest: &[Stmt], first: Option<&Stmt>) -> Need {
        let stmts: Vec<&Stmt> = first.into_iter().chain(rest).collect();
        self.need_of_stmts(&stmts).0
    }

    fn need_of(&mut self, stmts: &[Stmt], transition: Option<&Transition>) -> Need {
        let refs: Vec<&Stmt> = stmts.iter().collect();
        let (own, sum, complete) = {
            let (need, sum_complete) = self.need_of_stmts(&refs);
            (need, sum_complete.0, sum_complete.1)
        };
        if own == Need::Any || !complete {
            return own;
        }
        let next = transition.map_or(Need::Bytes(0), |t| self.need_of_transition(t)).behind(sum);
        match (own, next) {
            (Need::Bytes(a), Need::Bytes(b)) => Need::Bytes(a.max(b)),
            (_, Need::Any) | (Need::Any, _) => Need::Any,
        }
    }

    fn need_of_transition(&mut self, transition: &Transition) -> Need {
        let targets: Vec<Target> = match transition {
            Transition::Direct(target) => vec![*target],
            Transition::Select { cases, .. } => cases.iter().map(|c| c.target).collect(),
        };
        // No case at all matches: that rejects.
        targets.into_iter().fold(Need::Any, |need, target| need.least(self.need_of_target(target)))
    }

    fn need_of_target(&mut self, target: Target) -> Need {
        let Target::State(id) = target else {
            return if target == Target::Reject { Need::Any } else { Need::Bytes(0) };
        };
        let Some(context) = self.in_parser.as_mut() else { return Need::Bytes(0) };
        if let Some(known) = context.states[id].need {
            return known;
        }
        // Round a loop, nothing is promised.
        context.states[id].need = Some(Need::Bytes(0));
        let program = self.program;
        let state = &program.parsers[context.parser].states[id];
        let need = self.need_of(&state.body, Some(&state.transition));
        if let Some(context) = self.in_parser.as_mut() {
            context.states[id].need = Some(need);
        }
        need
    }

    /// What statements need, how far they move the cursor, and whether that is all: false if something stands among them
    /// that must not be reached by a packet which is rejected later.
    fn need_of_stmts(&self, stmts: &[&Stmt]) -> (Need, (u32, bool)) {
        let (mut need, mut moved) = (0u32, 0u32);
        for stmt in stmts {
            match &stmt.kind {
                StmtKind::Extract { header, varbit_bits } => {
                    let bytes = self.fixed_bytes(header);
                    need = need.max(moved + bytes);
                    moved += bytes;
                    if varbit_bits.is_some() {
                        return (Need::Bytes(need), (moved, false));
                    }
                }
                StmtKind::Lookahead { offset, dst } => {
                    let width = self.program.locals[*dst].ty.width();
                    need = need.max(moved + (offset + width).div_ceil(8));
                }
                StmtKind::Advance { bits } => match constant_bits(bits) {
                    Some(bits) if bits % 8 == 0 && bits <= MOST_SKIPPED * 8 => {
                        moved += bits / 8;
                        need = need.max(moved);
                    }
                    _ => return (Need::Bytes(need), (moved, false)),
                },
                StmtKind::Reject { .. } => return (Need::Any, (moved, true)),
                StmtKind::Assign { .. }
                | StmtKind::SetValid { .. }
                | StmtKind::CopyHeader { .. }
                | StmtKind::PushFront { .. }
                | StmtKind::PopFront { .. }
                | StmtKind::PacketLength { .. }
                | StmtKind::Verify { .. } => {}
                StmtKind::If { .. }
                | StmtKind::Switch { .. }
                | StmtKind::Labelled { .. }
                | StmtKind::Leave(_)
                | StmtKind::Loop { .. }
                | StmtKind::ApplyTable { .. }
                | StmtKind::CallExtern { .. }
                | StmtKind::Emit(_)
                | StmtKind::EmitScalar(_) => return (Need::Bytes(need), (moved, false)),
            }
        }
        (Need::Bytes(need), (moved, true))
    }
}

/// True for statements in front of which a bounds check may stand.
pub(super) fn needs_bytes(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Extract { .. } | StmtKind::Lookahead { .. })
        || matches!(&stmt.kind, StmtKind::Advance { bits } if constant_bits(bits).is_some_and(|b| b % 8 == 0 && b <= MOST_SKIPPED * 8))
}
