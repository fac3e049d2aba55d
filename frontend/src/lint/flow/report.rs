//! From a use that lacks what it needs to a warning, with the place that it comes from.

use super::Flow;
use super::layout::{Leaf, is_header};
use super::state::{Certainty, State, depends_on_entry, lacks, unknown, value};
use super::summary::Exposure;
use super::unit::{Origin, Param};
use crate::diagnostic::{Diagnostic, Suggestion, codes};
use crate::hir::{Access, ConstValue, Expr, ExprKind, Program, Type, VarId, VariableKind};
use crate::source::Span;

/// What a use needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A header that is valid.
    Header,
    /// A value that was set.
    Value,
}

impl<'p> Flow<'p> {
    /// A use of `e` needs a leaf. False if that was reported. What was reported once counts as mended.
    pub(super) fn need(&mut self, e: &'p Expr, leaf: u32, what: Use, state: &mut State) -> bool {
        if !state.reached {
            return true;
        }
        let (kind, bits) = (self.unit.leaf(leaf), state.get(leaf));
        if bits == 0 || !fits(kind, what) {
            return true;
        }
        let named = match what {
            Use::Header => header_of(self.program, e),
            Use::Value => e,
        };
        if let Some(certainty) = self.complaint(kind, bits, self.in_table) {
            let text = self.text_of(named);
            let root = root_of(e).map(|id| self.program.variables[id].name.span);
            let reported = self.findings.len();
            self.lacking(what, certainty, &text, e.span, leaf, root, None);
            self.propose_initialiser(e, reported);
            state.set(leaf, unknown(kind));
            return false;
        }
        if depends_on_entry(kind, bits) {
            let (text, in_table) = (self.text_of(named).into(), self.in_table);
            self.unit.expose(Exposure { leaf, bits, what, in_table, span: e.span, text });
        }
        true
    }

    /// A use in a callee needs a leaf of the caller's.
    pub(super) fn need_for(
        &mut self,
        exposure: &Exposure,
        leaf: u32,
        bits: u8,
        root: Option<Span>,
        call: Span,
    ) {
        let kind = self.unit.leaf(leaf);
        if !fits(kind, exposure.what) {
            return;
        }
        let in_table = self.in_table || exposure.in_table;
        if let Some(certainty) = self.complaint(kind, bits, in_table) {
            self.lacking(exposure.what, certainty, &exposure.text, exposure.span, leaf, root, Some(call));
        } else if depends_on_entry(kind, bits) {
            self.unit.expose(Exposure { leaf, bits, in_table, ..exposure.clone() });
        }
    }

    /// Proposes a first value for a variable that was just found to have none.
    fn propose_initialiser(&mut self, e: &Expr, reported: usize) {
        let ExprKind::Variable(id) = e.kind else { return };
        let variable = &self.program.variables[id];
        let value = match &self.program.types[variable.ty] {
            Type::Bits { .. } => "0",
            Type::Bool => "false",
            _ => return,
        };
        if variable.kind != VariableKind::Local {
            return;
        }
        let end = Span::new(variable.name.span.hi, variable.name.span.hi);
        for finding in self.findings.iter_mut().skip(reported) {
            finding.suggestion = Some(Suggestion {
                span: end,
                replacement: format!(" = {value}"),
                message: format!("give it a value to begin with: `{} = {value}`", variable.name.name),
            });
        }
    }

    /// Whether a leaf lacks something that is worth a warning.
    fn complaint(&self, kind: Leaf, bits: u8, in_table: bool) -> Option<Certainty> {
        let certainty = lacks(kind, bits)?;
        let guarded = in_table && kind != Leaf::Value && certainty == Certainty::Sometimes;
        (!guarded).then_some(certainty)
    }

    #[expect(clippy::too_many_arguments, reason = "what, how likely, where, why: each is needed")]
    fn lacking(
        &mut self,
        what: Use,
        certainty: Certainty,
        text: &str,
        span: Span,
        leaf: u32,
        root: Option<Span>,
        call: Option<Span>,
    ) {
        let (code, message) = match (what, certainty) {
            (Use::Header, Certainty::Always) => (codes::W0313, format!("header `{text}` is not valid here")),
            (Use::Header, Certainty::Sometimes) => {
                (codes::W0313, format!("header `{text}` may not be valid here"))
            }
            (Use::Value, Certainty::Always) => (codes::W0311, format!("`{text}` is used, but has no value")),
            (Use::Value, Certainty::Sometimes) => {
                (codes::W0311, format!("`{text}` is used, but may have no value"))
            }
        };
        if self.muted || !self.reported.insert((span, code)) {
            return;
        }
        let mut finding = Diagnostic::warning(code, span, message);
        let origin = self.unit.origins.get(&leaf).and_then(|origins| {
            let before = origins.iter().rev().find(|(at, _)| at.lo <= span.lo);
            before.or_else(|| origins.last()).copied()
        });
        match (origin, root) {
            (Some((at, origin)), _) => {
                let remark = match origin {
                    Origin::Invalidated => "made invalid here",
                    Origin::Opened => "made valid here, which leaves its fields without values",
                    Origin::Tested => "this was found to be false",
                };
                finding = finding.with_label(at, remark);
            }
            (None, Some(root)) => {
                let remark = match what {
                    Use::Header => "no header is valid when its variable is declared",
                    Use::Value => "declared here, without a value",
                };
                finding = finding.with_label(root, remark);
            }
            (None, None) => {}
        }
        if let Some(call) = call {
            finding = finding.with_label(call, "when it comes from here");
        }
        self.findings.push(finding);
    }

    /// At the end of a body, an `out` parameter should have a value. Headers may well be invalid.
    pub(super) fn check_out_parameter(&mut self, variable: VarId, param: Param, end: &State) {
        if param.direction != crate::hir::Direction::Out || !param.tracked {
            return;
        }
        let leaves = param.base..param.base + param.size;
        let open = |leaf: &u32| self.unit.leaf(*leaf) == Leaf::Value && end.get(*leaf) & value::UNSET != 0;
        let lacking: Vec<u32> = leaves.clone().filter(open).collect();
        if lacking.is_empty() {
            return;
        }
        let never = lacking.iter().all(|leaf| end.get(*leaf) == value::UNSET);
        let values = leaves.filter(|leaf| self.unit.leaf(*leaf) == Leaf::Value).count();
        let name = &self.program.variables[variable].name;
        let message = match (lacking.len() == values, never) {
            (true, true) => format!("`out` parameter `{}` is never given a value", name.name),
            (true, false) => format!("`out` parameter `{}` is not given a value on every path", name.name),
            (false, true) => format!("parts of `out` parameter `{}` are never given a value", name.name),
            (false, false) => {
                format!("parts of `out` parameter `{}` are not given a value on every path", name.name)
            }
        };
        if !self.muted && self.reported.insert((name.span, codes::W0312)) {
            let finding = Diagnostic::warning(codes::W0312, name.span, message);
            self.findings.push(finding.with_note("the caller's variable is undefined afterwards"));
        }
    }

    /// An l-value as text.
    fn text_of(&self, e: &Expr) -> String {
        match e.access() {
            Access::Variable(id) => self.program.variables[id].name.name.to_string(),
            Access::Field(base, field) => {
                let whole = self.text_of(base);
                match &self.program.types[base.ty] {
                    Type::Struct(id, _) => {
                        let name = self.program.structs[*id].fields.get(field as usize);
                        format!("{whole}.{}", name.map_or("", |field| &*field.name.name))
                    }
                    _ => format!("{whole}[{field}]"),
                }
            }
            Access::Index(base, index) => {
                let index = match &index.kind {
                    ExprKind::Literal(ConstValue::Int(value)) => value.to_string(),
                    _ => "..".to_owned(),
                };
                format!("{}[{index}]", self.text_of(base))
            }
            Access::Next(base) => format!("{}.next", self.text_of(base)),
            Access::Last(base) => format!("{}.last", self.text_of(base)),
            Access::Cast(base) => self.text_of(base),
            Access::Slice(..) | Access::PlusSlice(..) | Access::Value => "..".to_owned(),
        }
    }
}

/// True if a use of this kind asks for a leaf of that kind.
fn fits(kind: Leaf, what: Use) -> bool {
    match what {
        Use::Header => kind == Leaf::Validity,
        Use::Value => matches!(kind, Leaf::HeaderField | Leaf::Value),
    }
}

/// The variable that an l-value is a part of.
pub(super) fn root_of(e: &Expr) -> Option<VarId> {
    let mut e = e;
    loop {
        match e.access() {
            Access::Variable(id) => return Some(id),
            Access::Field(base, _)
            | Access::Index(base, _)
            | Access::Next(base)
            | Access::Last(base)
            | Access::Slice(base, ..)
            | Access::PlusSlice(base, _)
            | Access::Cast(base) => e = base,
            Access::Value => return None,
        }
    }
}

/// The header that the place is a part of.
fn header_of<'e>(program: &Program, e: &'e Expr) -> &'e Expr {
    let mut part = e;
    while let ExprKind::Field(base, _) | ExprKind::Cast(base) = &part.kind {
        if is_header(program, base.ty) {
            return base;
        }
        part = base;
    }
    e
}
