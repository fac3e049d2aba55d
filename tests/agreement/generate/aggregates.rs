//! Random statements on whole headers, stacks and unions, and on elements that are chosen at run time.

use super::Generator;
use super::flow::without_calls;
use super::scope::{HeaderVar, Scope};
use crate::tree::{Kind, Tree, Ty};

impl Generator {
    /// A statement on something that is no scalar.
    pub(super) fn aggregate_statement(&mut self, scope: &Scope, depth: usize) -> Tree {
        let line = |text: String| Tree::statement(format!("        {text}\n"));
        let written: Vec<HeaderVar> = scope.headers.iter().filter(|h| h.writable).cloned().collect();
        match self.random.below(11) {
            10 if depth > 0 => self.varbit_statement(scope, &written, depth),
            9 if !written.is_empty() => self.valid_on_one_way(scope, &written),
            0 if !written.is_empty() => {
                let header = self.random.of(&written);
                line(format!("{} = {{#}};", header.text)).tag("assignment: {#}")
            }
            1 | 2 if !scope.stacks.is_empty() => self.element_statement(scope),
            3 if scope.stacks.len() > 1 => {
                let (one, other) = (&scope.stacks[0], &scope.stacks[1]);
                if self.random.percent(50) {
                    line(format!("{} = {};", one.text, other.text)).tag("assignment: stack")
                } else {
                    line(format!("{} = {};", other.text, one.text)).tag("assignment: stack")
                }
            }
            4 | 5 if !scope.union_stacks.is_empty() => self.union_stack_statement(scope),
            6 if depth > 0 && !scope.parses && !scope.stacks.is_empty() => {
                let stack = self.random.of(&scope.stacks);
                let name = self.fresh("e");
                let mut inner = scope.clone();
                inner.in_loop = true;
                let header = HeaderVar { text: name.clone(), ty: stack.ty, writable: false, in_union: false };
                inner.add_header(&self.header_types, header);
                let body = self.block(&inner, 2, depth - 1);
                Tree::new(Kind::Statement)
                    .text(format!("        for (t{} {name} in {}) {{\n", stack.ty, stack.text))
                    .tree(body)
                    .text("        }\n")
                    .tag("loop: over a stack")
            }
            7 if depth > 0 && !scope.parses => {
                let (name, ty) = (self.fresh("e"), self.some_type());
                let mut inner = scope.with(&name, ty, false);
                inner.in_loop = true;
                let mut list = Tree::new(Kind::Fixed);
                for i in 0..self.random.between(1, 3) {
                    // The first says what the type is, whatever it shrinks to.
                    let value = self.expr(&without_calls(scope), ty, 1);
                    list = list.text(if i > 0 { ", " } else { "" }).tree(value);
                }
                let body = self.block(&inner, 2, depth - 1);
                Tree::new(Kind::Statement)
                    .text(format!("        for ({} {name} in {{ ", ty.text()))
                    .tree(list)
                    .text(" }) {\n")
                    .tree(body)
                    .text("        }\n")
                    .tag("loop: over a list")
            }
            8 if depth > 0 => {
                let body = self.block(scope, 2, depth - 1);
                Tree::new(Kind::Statement)
                    .text("        {\n")
                    .tree(body)
                    .text("        }\n")
                    .tag("statement: block")
            }
            _ => self.compound_assignment(scope),
        }
    }

    /// A varbit that is assigned or compared.
    fn varbit_statement(&mut self, scope: &Scope, written: &[HeaderVar], depth: usize) -> Tree {
        let most = |generator: &Self, header: &HeaderVar| generator.header_types[header.ty].varbit;
        let to: Vec<HeaderVar> =
            written.iter().filter(|header| most(self, header).is_some()).cloned().collect();
        if to.is_empty() {
            return self.compound_assignment(scope);
        }
        let to = self.random.of(&to);
        let same: Vec<String> = scope
            .headers
            .iter()
            .filter(|header| most(self, header) == most(self, &to))
            .map(|header| format!("{}.vb", header.text))
            .collect();
        let (one, other) = (self.random.of(&same), self.random.of(&same));
        let out = Tree::new(Kind::Statement);
        match self.random.below(4) {
            0 => {
                let op = self.random.of(&["==", "!="]);
                let body = self.block(scope, 2, depth - 1);
                out.text(format!("        if ({one} {op} {other}) {{\n"))
                    .tree(body)
                    .text("        }\n")
                    .tag("varbit: comparison")
            }
            1 => {
                let condition = self.expr(&without_calls(scope), Ty::Bool, 1);
                out.text(format!("        {}.vb = ", to.text))
                    .tree(condition)
                    .text(format!(" ? {one} : {other};\n"))
                    .tag("varbit: choice")
            }
            2 => {
                let (name, bits) = (self.fresh("v"), most(self, &to).unwrap_or(0));
                let declared = format!("varbit<{bits}> {name} = {one};");
                Tree::statement(format!("        {{ {declared} {}.vb = {name}; }}\n", to.text))
                    .tag("varbit: variable")
            }
            _ => Tree::statement(format!("        {}.vb = {one};\n", to.text)).tag("varbit: assignment"),
        }
    }

    /// A header that is made valid, or invalid, and on one of two ways the other.
    fn valid_on_one_way(&mut self, scope: &Scope, written: &[HeaderVar]) -> Tree {
        let header = self.random.of(written).text;
        let (before, then) = self.random.of(&[
            ("setValid", "setInvalid"),
            ("setInvalid", "setValid"),
            ("setValid", "setValid"),
        ]);
        let call = |what: &str| Tree::statement(format!("        {header}.{what}();\n"));
        let condition = self.expr(scope, Ty::Bool, 1);
        let branch = Tree::new(Kind::Statement)
            .text("        if (")
            .tree(condition)
            .text(") {\n")
            .tree(call(then))
            .text("        }\n");
        Tree::new(Kind::Statement).tree(call(before)).tree(branch).tag("header: valid on one way")
    }

    /// An element that is chosen at run time, as a whole.
    fn element_statement(&mut self, scope: &Scope) -> Tree {
        let stack = self.random.of(&scope.stacks);
        let free = self.random.percent(25);
        let index = self.index(&without_calls(scope), stack.size, free, 1);
        let element = Tree::new(Kind::Fixed).text(format!("{}[", stack.text)).tree(index).text("]");
        let out = Tree::new(Kind::Statement).text("        ");
        let same: Vec<String> = scope
            .headers
            .iter()
            .filter(|h| h.ty == stack.ty && (h.writable || self.random.percent(50)))
            .map(|h| h.text.clone())
            .collect();
        let writable: Vec<String> = scope
            .headers
            .iter()
            .filter(|h| h.ty == stack.ty && h.writable && !h.in_union)
            .map(|h| h.text.clone())
            .collect();
        match self.random.below(4) {
            0 => out.tree(element).text(".setValid();\n").tag("stack: setValid by variable"),
            1 => out.tree(element).text(".setInvalid();\n").tag("stack: setInvalid by variable"),
            2 if !same.is_empty() => out
                .tree(element)
                .text(format!(" = {};\n", self.random.of(&same)))
                .tag("stack: header to element by variable"),
            _ if !writable.is_empty() => out
                .text(format!("{} = ", self.random.of(&writable)))
                .tree(element)
                .text(";\n")
                .tag("stack: element by variable to header"),
            _ => self.assignment(scope, 2),
        }
    }

    fn union_stack_statement(&mut self, scope: &Scope) -> Tree {
        let stack = self.random.of(&scope.union_stacks);
        let line = |text: String| Tree::statement(format!("        {text}\n"));
        match self.random.below(4) {
            0 => {
                let count = self.random.between(1, stack.size + 1);
                line(format!("{}.push_front({count});", stack.text)).tag("union stack: push_front")
            }
            1 => {
                let count = self.random.between(1, stack.size + 1);
                line(format!("{}.pop_front({count});", stack.text)).tag("union stack: pop_front")
            }
            2 => {
                let index = self.index(&without_calls(scope), stack.size, false, 1);
                let what = self.random.of(&["setValid", "setInvalid"]);
                Tree::new(Kind::Statement)
                    .text(format!("        {}[", stack.text))
                    .tree(index)
                    .text(format!("].m0.{what}();\n"))
                    .tag("union stack: validity by variable")
            }
            _ => {
                let (a, b) = (self.random.below(stack.size), self.random.below(stack.size));
                line(format!("{0}[{a}] = {0}[{b}];", stack.text)).tag("union stack: assignment")
            }
        }
    }

    /// `x op= e`: `x` is read before `e` is evaluated.
    fn compound_assignment(&mut self, scope: &Scope) -> Tree {
        let may: Vec<(String, Ty)> = scope
            .vars
            .iter()
            .filter(|v| v.writable && matches!(v.ty, Ty::Bit(_) | Ty::Int(_)))
            .map(|v| (v.text.clone(), v.ty))
            .collect();
        if may.is_empty() {
            return self.assignment(scope, 2);
        }
        let (text, ty) = self.random.of(&may);
        let wide = self.size.compiles.is_some() && ty.width() > 64;
        let ops: &[&str] = if wide {
            &["+", "-", "&", "|", "^"]
        } else {
            &["+", "-", "*", "&", "|", "^", "|+|", "|-|", "<<", ">>"]
        };
        let op = self.random.of(ops);
        let of = if matches!(op, "<<" | ">>") { Ty::Bit(8) } else { ty };
        let value = self.expr(&without_calls(scope), of, 2);
        Tree::new(Kind::Statement)
            .text(format!("        {text} {op}= "))
            .tree(value)
            .text(";\n")
            .tag("assignment: compound")
    }

    /// Some bits from a place that is known at run time only; beyond the end they are as after a shift.
    pub(super) fn plus_slice(&mut self, scope: &Scope, width: u32, depth: usize) -> Tree {
        let base = (width + self.random.below(40) as u32).min(width.max(128));
        let value = self.expr(scope, Ty::Bit(base), depth);
        let free = !self.wide && self.random.percent(25);
        let low = self.index(scope, 1 + (base - width).min(7) as usize, free, depth.min(1));
        Tree::new(Kind::Expr(Ty::Bit(width)))
            .text("(")
            .tree(value)
            .text(")[(")
            .tree(low)
            .text(format!(")+:{width}]"))
            .tag("op: slice by variable")
    }

    /// Writes some bits at a place that is known at run time only.
    pub(super) fn plus_slice_assignment(&mut self, scope: &Scope, text: &str, all: u32) -> Tree {
        let width = self.random.between(1, all as usize) as u32;
        let inner = without_calls(scope);
        let free = self.random.percent(25);
        let low = self.index(&inner, 1 + (all - width).min(7) as usize, free, 1);
        let value = self.expr(&inner, Ty::Bit(width), 2);
        Tree::new(Kind::Statement)
            .text(format!("        {text}[("))
            .tree(low)
            .text(format!(")+:{width}] = "))
            .tree(value)
            .text(";\n")
            .tag("assignment: slice by variable")
    }
}
