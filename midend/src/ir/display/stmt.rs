//! Statements and transitions as text.

use super::Printer;
use crate::ir::*;
use cranelift_entity::EntityRef;
use std::fmt;

impl Printer<'_> {
    pub(super) fn nested(&mut self, block: &[Stmt]) -> fmt::Result {
        self.indent += 1;
        self.block(block)?;
        self.indent -= 1;
        Ok(())
    }

    pub(super) fn block(&mut self, block: &[Stmt]) -> fmt::Result {
        for stmt in block {
            self.stmt(stmt)?;
        }
        Ok(())
    }

    fn simple(&mut self, text: String) -> fmt::Result {
        self.line(format_args!("{text}"))
    }

    fn stmt(&mut self, stmt: &Stmt) -> fmt::Result {
        match &stmt.kind {
            StmtKind::If { condition, then_block, else_block } => {
                let text = format!("if {} {{", self.expr(condition));
                self.simple(text)?;
                self.nested(then_block)?;
                if !else_block.is_empty() {
                    self.simple("} else {".into())?;
                    self.nested(else_block)?;
                }
                self.simple("}".into())
            }
            StmtKind::Switch { scrutinee, cases, default } => {
                let text = format!("switch {} {{", self.expr(scrutinee));
                self.simple(text)?;
                for (values, block) in cases {
                    let values: Vec<String> = values.iter().map(|v| format!("{v:#x}")).collect();
                    self.simple(format!("{}: {{", values.join(", ")))?;
                    self.nested(block)?;
                    self.simple("}".into())?;
                }
                self.simple("default: {".into())?;
                self.nested(default)?;
                self.simple("}".into())?;
                self.simple("}".into())
            }
            StmtKind::Labelled { label, atomic, body } => {
                let atomic = if *atomic { "@atomic " } else { "" };
                self.simple(format!("label{}: {atomic}{{", label.index()))?;
                self.nested(body)?;
                self.simple("}".into())
            }
            StmtKind::Loop { body, bound } => {
                match bound {
                    Some(bound) => self.simple(format!("loop {{ // at most {bound} rounds"))?,
                    None => self.simple("loop {".into())?,
                }
                self.nested(body)?;
                self.simple("}".into())
            }
            _ => match self.summary(stmt) {
                Some(text) => self.simple(text),
                None => Ok(()),
            },
        }
    }

    /// A statement without blocks, in one line.
    pub(super) fn summary(&self, stmt: &Stmt) -> Option<String> {
        Some(match &stmt.kind {
            StmtKind::Assign { dst, src } => format!("{} = {}", self.lvalue(dst), self.expr(src)),
            StmtKind::SetValid { header, valid } => {
                let verb = if *valid { "setValid" } else { "setInvalid" };
                format!("{}.{verb}()", self.header(header))
            }
            StmtKind::CopyHeader { dst, src } => format!("{} = {}", self.header(dst), self.header(src)),
            StmtKind::PushFront { stack, count } => {
                format!("{}.push_front({count})", self.names.stack(*stack))
            }
            StmtKind::PopFront { stack, count } => format!("{}.pop_front({count})", self.names.stack(*stack)),
            StmtKind::Leave(label) => format!("leave label{}", label.index()),
            StmtKind::ApplyTable { table, hit, action_run } => {
                let mut text = format!("apply {}", self.names.table(*table));
                if let Some(hit) = hit {
                    text += &format!(", hit {}", self.names.local(*hit));
                }
                if let Some(run) = action_run {
                    text += &format!(", action_run {}", self.names.local(*run));
                }
                text
            }
            StmtKind::CallExtern { instance, name, type_args, args, result } => {
                let result = result.as_ref().map(|r| format!("{} = ", self.arg(r))).unwrap_or_default();
                let object =
                    instance.map(|i| format!("{}.", self.program.externs[i].name)).unwrap_or_default();
                let types: Vec<String> = type_args.iter().map(|t| self.shape(t)).collect();
                let types = if types.is_empty() { String::new() } else { format!("<{}>", types.join(", ")) };
                let args: Vec<String> = args.iter().map(|a| self.arg(a)).collect();
                format!("call {result}{object}{name}{types}({})", args.join(", "))
            }
            StmtKind::Extract { header, varbit_bits } => {
                let bits = varbit_bits.as_ref().map(|b| format!(", {}", self.expr(b))).unwrap_or_default();
                format!("extract {}{bits}", self.header(header))
            }
            StmtKind::Lookahead { offset, dst } => {
                format!("{} = lookahead at {offset}", self.names.local(*dst))
            }
            StmtKind::Advance { bits } => format!("advance {}", self.expr(bits)),
            StmtKind::PacketLength { dst } => format!("{} = packet length", self.names.local(*dst)),
            StmtKind::Verify { condition, error } => {
                format!("verify {}, {}", self.expr(condition), self.expr(error))
            }
            StmtKind::Reject { error } => format!("reject {}", self.expr(error)),
            StmtKind::Emit(header) => format!("emit {}", self.header(header)),
            StmtKind::EmitScalar(expr) => format!("emit {}", self.expr(expr)),
            StmtKind::If { .. }
            | StmtKind::Switch { .. }
            | StmtKind::Labelled { .. }
            | StmtKind::Loop { .. } => return None,
        })
    }

    pub(super) fn transition(&mut self, parser: ParserId, transition: &Transition) -> fmt::Result {
        match transition {
            Transition::Direct(target) => {
                let text = format!("goto {}", self.target(parser, *target));
                self.simple(text)
            }
            Transition::Select { keys, cases } => {
                let keys: Vec<String> = keys.iter().map(|k| self.expr(k)).collect();
                self.simple(format!("select {} {{", keys.join(", ")))?;
                for case in cases {
                    let keysets: Vec<String> = case.keysets.iter().map(|k| self.keyset(k)).collect();
                    let text = format!("    {}: {}", keysets.join(", "), self.target(parser, case.target));
                    self.simple(text)?;
                }
                self.simple("}".into())
            }
        }
    }

    fn target(&self, parser: ParserId, target: Target) -> String {
        match target {
            Target::State(state) => self.names.state(parser, state).to_string(),
            Target::Accept => "accept".into(),
            Target::Reject => "reject".into(),
        }
    }
}
