//! Random control flow: tables applied, switches, loops, and what leaves them.

use super::Generator;
use super::scope::{Scope, TableVar};
use crate::tree::{CHOICES, CODES, Kind, Role, Tree, Ty};

impl Generator {
    pub(super) fn apply(&mut self, scope: &Scope, depth: usize) -> Tree {
        let table = self.random.of(&self.tables.clone());
        let name = &table.name;
        let inner = depth.saturating_sub(1);
        match self.random.below(7) {
            4 => self.hit_into_variable(scope, name),
            5 if depth > 0 => {
                let other = self.expr(&without_calls(scope), Ty::Bool, 1);
                let body = self.block(scope, 2, inner);
                let op = self.random.of(&["&&", "||"]);
                let (a, b) = if self.random.percent(50) { ("", "!") } else { ("!", "") };
                let applied = format!("{a}{name}.apply().hit");
                // The right operand may be the one that applies the table.
                let out = Tree::new(Kind::Item).text("        if (");
                let out = if self.random.percent(50) {
                    out.text(format!("{applied} {op} {b}")).tree(other)
                } else {
                    out.text(b).tree(other).text(format!(" {op} {applied}"))
                };
                out.text(") {\n").tree(body).text("        }\n").tag("table: hit in a condition")
            }
            0 if depth > 0 => {
                let (hit, miss) = (self.block(scope, 2, inner), self.block(scope, 2, inner));
                let what = self.random.of(&["hit", "miss"]);
                Tree::new(Kind::Statement)
                    .text(format!("        if ({name}.apply().{what}) {{\n"))
                    .tree(hit)
                    .text("        } else {\n")
                    .tree(miss)
                    .text("        }\n")
                    .tag("table: branch by hit or miss")
            }
            1 | 6 if depth > 0 => self.action_run(scope, &table, inner),
            _ => Tree::statement(format!("        {name}.apply();\n")).tag("table: apply"),
        }
    }

    fn action_run(&mut self, scope: &Scope, table: &TableVar, depth: usize) -> Tree {
        let mut out = Tree::new(Kind::Statement)
            .text(format!("        switch ({}.apply().action_run) {{\n", table.name));
        for (i, action) in table.actions.iter().enumerate() {
            if self.random.percent(25) {
                continue;
            }
            if i + 1 < table.actions.len() && self.random.percent(20) {
                out = out.tree(Tree::item(format!("        {action}:\n")).tag("switch: falls through"));
                continue;
            }
            out = out.tree(self.case(scope, action, depth));
        }
        if self.random.percent(60) {
            out = out.tree(self.case(scope, "default", depth));
        }
        out.text("        }\n").tag("switch: action_run")
    }

    /// A label of a switch with its block.
    fn case(&mut self, scope: &Scope, label: &str, depth: usize) -> Tree {
        let body = self.block(scope, 2, depth);
        Tree::new(Kind::Item).text(format!("        {label}: {{\n")).tree(body).text("        }\n")
    }

    /// `x = t.apply().hit`, for some variable.
    fn hit_into_variable(&mut self, scope: &Scope, table: &str) -> Tree {
        let flags: Vec<String> =
            scope.vars.iter().filter(|v| v.writable && v.ty == Ty::Bool).map(|v| v.text.clone()).collect();
        match flags.as_slice() {
            [] => Tree::statement(format!("        {table}.apply();\n")).tag("table: apply"),
            some => Tree::statement(format!("        {} = {table}.apply().hit;\n", self.random.of(some)))
                .tag("table: hit into a variable"),
        }
    }

    pub(super) fn switch_on_value(&mut self, scope: &Scope, depth: usize) -> Tree {
        let ty = match self.random.below(12) {
            0 => Ty::Choice,
            1 => Ty::Code,
            2 => Ty::Int(self.random.of(&[2, 3, 8, 13])),
            _ => Ty::Bit(self.random.of(&[1, 2, 3, 8, 13, 32, 64, 65])),
        };
        let key = self.expr(scope, ty, 2);
        let mut out = Tree::new(Kind::Statement).text("        switch (").tree(key).text(") {\n");
        let mut seen = Vec::new();
        for _ in 0..self.random.between(1, 4) {
            let value = match ty {
                Ty::Bit(width) => format!("{width}w{}", self.random.number(width)),
                Ty::Int(width) => format!("{width}s{}", self.random.number(width - 1)),
                Ty::Choice => format!("choice_t.{}", self.random.of(&CHOICES)),
                Ty::Code => format!("code_t.{}", self.random.of(&CODES).0),
                Ty::Bool | Ty::Error => continue,
            };
            if seen.contains(&value) {
                continue;
            }
            seen.push(value.clone());
            if self.random.percent(15) {
                out = out.tree(Tree::item(format!("        {value}:\n")).tag("switch: falls through"));
                continue;
            }
            out = out.tree(self.case(scope, &value, depth));
        }
        if self.random.percent(70) {
            out = out.tree(self.case(scope, "default", depth));
        }
        out.text("        }\n").tag("switch: value")
    }

    pub(super) fn repeat(&mut self, scope: &Scope, depth: usize) -> Tree {
        if self.random.percent(30) {
            return self.repeat_long(scope, depth);
        }
        let name = self.fresh("i");
        let mut inner = scope.with(&name, Ty::Bit(8), false);
        inner.in_loop = true;
        let body = self.block(&inner, 3, depth);
        let rounds = self.random.between(1, 4);
        let (head, tag) = match self.random.below(5) {
            0 => {
                (format!("for (bit<8> {name} = 0; {name} < {rounds}; {name} = {name} + 1)"), "loop: counting")
            }
            1 => (
                format!("for (bit<8> {name} = {rounds}; {name} > 0; {name} = {name} - 1)"),
                "loop: counting down",
            ),
            2 => {
                let bound = self.expr(&without_calls(scope), Ty::Bit(2), 1);
                let bound = bound.print();
                // An empty range gives no round.
                (
                    format!("for (bit<8> {name} in 8w1..(bit<8>)({bound}))"),
                    "loop: range with a run-time bound",
                )
            }
            _ => (format!("for (bit<8> {name} in 8w0..8w{rounds})"), "loop: range"),
        };
        Tree::new(Kind::Statement)
            .text(format!("        {head} {{\n"))
            .tree(body)
            .text("        }\n")
            .tag(tag)
    }

    /// A loop of which no compiler can see how few rounds it has.
    fn repeat_long(&mut self, scope: &Scope, depth: usize) -> Tree {
        let name = self.fresh("i");
        let width = self.random.of(&[13, 16, 32, 48]);
        let mut inner = scope.with(&name, Ty::Bit(width), false);
        inner.in_loop = true;
        let body = self.block(&inner, 3, depth);
        // Nested ones multiply.
        let few = if scope.in_loop { 2 } else { self.random.between(2, 6) as u32 };
        let bound = self.expr(&without_calls(scope), Ty::Bit(few), 1).print();
        let bound = format!("({}w0 ++ ({bound}))", width - few);
        let (head, tag) = match self.random.below(4) {
            0 => (
                format!("for (bit<{width}> {name} = 0; {name} < {bound}; {name} = {name} + 1)"),
                "loop: counting, long",
            ),
            1 => (
                format!("for (bit<{width}> {name} = {bound}; {name} != 0; {name} = {name} - 1)"),
                "loop: counting down, long",
            ),
            _ => (format!("for (bit<{width}> {name} in {width}w1..{bound})"), "loop: range, long"),
        };
        Tree::new(Kind::Statement)
            .text(format!("        {head} {{\n"))
            .tree(body)
            .text("        }\n")
            .tag(tag)
    }

    pub(super) fn leave(&mut self, scope: &Scope) -> Tree {
        let condition = self.expr(scope, Ty::Bool, 2);
        let mut out = Tree::new(Kind::Statement).text("        if (").tree(condition).text(") { ");
        out = match self.random.below(4) {
            0 if scope.in_loop => out.text("break;").tag("leave: break"),
            1 if scope.in_loop => out.text("continue;").tag("leave: continue"),
            2 | 3 if scope.exits => out.text("exit;").role(Role::Exit).tag("leave: exit"),
            _ => match scope.returns {
                Some(ty) => {
                    let value = self.expr(scope, ty, 2);
                    out.text("return ").tree(value).text(";").tag("leave: return with a value")
                }
                None => out.text("return;").tag("leave: return"),
            },
        };
        out.text(" }\n")
    }
}

/// The scope of an expression that cannot be computed in front of its statement.
pub(super) fn without_calls(scope: &Scope) -> Scope {
    Scope { calls: false, ..scope.clone() }
}
