//! Random statements of controls, actions and functions.

use super::{Called, Direction, Generator, Scope};
use crate::tree::{Kind, Tree, Ty};

impl Generator {
    /// Up to so many statements.
    pub(super) fn block(&mut self, scope: &Scope, most: usize, depth: usize) -> Tree {
        let mut out = Tree::new(Kind::Fixed);
        let mut scope = scope.clone();
        for _ in 0..self.random.between(1, most.max(1)) {
            let (tree, inner) = self.statement(&scope, depth);
            out = out.tree(tree);
            scope = inner;
        }
        out
    }

    pub(super) fn assignment(&mut self, scope: &Scope, depth: usize) -> Tree {
        let writable: Vec<usize> = (0..scope.vars.len()).filter(|i| scope.vars[*i].writable).collect();
        if writable.is_empty() {
            return Tree::item("");
        }
        let var = scope.vars[self.random.of(&writable)].clone();
        if let Ty::Bit(width) = var.ty
            && width > 1
            && self.random.percent(15)
        {
            let high = self.random.below(width as usize) as u32;
            let low = self.random.below(high as usize + 1) as u32;
            let value = self.expr(scope, Ty::Bit(high - low + 1), depth);
            return Tree::new(Kind::Item)
                .text(format!("        {}[{high}:{low}] = ", var.text))
                .tree(value)
                .text(";\n");
        }
        let value = self.expr(scope, var.ty, depth);
        Tree::new(Kind::Item).text(format!("        {} = ", var.text)).tree(value).text(";\n")
    }

    fn statement(&mut self, scope: &Scope, depth: usize) -> (Tree, Scope) {
        let same = scope.clone();
        let height = self.size.depth;
        let tree = match self.random.below(32) {
            0..=8 => self.assignment(scope, height),
            9..=12 if depth > 0 => self.branch(scope, depth - 1),
            13 | 14 if !scope.headers.is_empty() => self.validity(scope),
            15 if !scope.stacks.is_empty() => {
                let stack = self.random.of(&scope.stacks);
                let what = self.random.of(&["push_front", "pop_front"]);
                let count = self.random.between(1, stack.size + 1);
                Tree::item(format!("        {}.{what}({count});\n", stack.text))
            }
            16 | 17 => return self.declaration(scope),
            18..=20 => self.call(scope),
            21..=25 if scope.tables && !self.tables.is_empty() => self.apply(scope, depth),
            26 if depth > 0 => self.switch_on_value(scope, depth - 1),
            27 if depth > 0 => self.repeat(scope, depth - 1),
            28 => self.leave(scope),
            29 if scope.exits && scope.tables => {
                let verdict =
                    self.random.of(&["XDP_PASS", "XDP_TX", "XDP_DROP", "XDP_ABORTED", "XDP_TX", "XDP_PASS"]);
                Tree::item(format!("        omd.output_action = xdp_action.{verdict};\n"))
            }
            30 if !scope.stacks.is_empty() => self.element_write(scope),
            _ => self.assignment(scope, height),
        };
        (tree, same)
    }

    fn branch(&mut self, scope: &Scope, depth: usize) -> Tree {
        let condition = self.expr(scope, Ty::Bool, 2);
        let then = self.block(scope, 3, depth);
        let mut out = Tree::new(Kind::Item).text("        if (").tree(condition).text(") {\n").tree(then);
        if self.random.percent(40) {
            let otherwise = self.block(scope, 3, depth);
            out = out.text("        } else {\n").tree(otherwise);
        }
        out.text("        }\n")
    }

    fn validity(&mut self, scope: &Scope) -> Tree {
        let header = self.random.of(&scope.headers);
        let text = match self.random.below(5) {
            0 | 1 => format!("{}.setValid();", header.text),
            2 => format!("{}.setInvalid();", header.text),
            _ => {
                let same: Vec<String> =
                    scope.headers.iter().filter(|h| h.ty == header.ty).map(|h| h.text.clone()).collect();
                format!("{} = {};", header.text, self.random.of(&same))
            }
        };
        Tree::item(format!("        {text}\n"))
    }

    fn declaration(&mut self, scope: &Scope) -> (Tree, Scope) {
        let (ty, name) = (self.some_type(), self.fresh("d"));
        let mut tree = Tree::new(Kind::Item).text(format!("        {} {name}", ty.text()));
        if self.random.percent(85) {
            let value = self.expr(scope, ty, self.size.depth);
            tree = tree.text(" = ").tree(value);
        }
        (tree.text(";\n"), scope.with(&name, ty, true))
    }

    /// Calls an action, a sub-control or a function.
    fn call(&mut self, scope: &Scope) -> Tree {
        let may: Vec<usize> = (0..self.callables.len())
            .filter(|i| match self.callables[*i].kind {
                Called::Action => scope.returns.is_none() && scope.exits,
                Called::Control => scope.tables,
                Called::Function(_) => scope.returns.is_none(),
            })
            .collect();
        if may.is_empty() {
            return self.assignment(scope, self.size.depth);
        }
        let callable = self.callables[self.random.of(&may)].clone();
        let mut out = Tree::new(Kind::Item).text("        ");
        if let Called::Function(ty) = callable.kind {
            let targets: Vec<String> =
                scope.vars.iter().filter(|v| v.writable && v.ty == ty).map(|v| v.text.clone()).collect();
            out = match targets.as_slice() {
                [] => out.text(format!("{} {} = ", ty.text(), self.fresh("d"))),
                some => out.text(format!("{} = ", self.random.of(some))),
            };
        }
        out = out.text(match callable.kind {
            Called::Control => format!("{}.apply(hdr", callable.name),
            Called::Action | Called::Function(_) => format!("{}(", callable.name),
        });
        let mut first = callable.kind != Called::Control;
        for (direction, ty, _) in &callable.params {
            out = out.text(if first { "" } else { ", " });
            first = false;
            match self.argument(scope, *direction, *ty) {
                Some(arg) => out = out.tree(arg),
                None => return self.assignment(scope, self.size.depth),
            }
        }
        out.text(");\n")
    }

    /// An argument; none where nothing can be written.
    pub(super) fn argument(&mut self, scope: &Scope, direction: Direction, ty: Ty) -> Option<Tree> {
        if matches!(direction, Direction::In | Direction::None) {
            return Some(self.expr(scope, ty, 2));
        }
        let may: Vec<String> =
            scope.vars.iter().filter(|v| v.writable && v.ty == ty).map(|v| v.text.clone()).collect();
        if may.is_empty() { None } else { Some(Tree::new(Kind::Fixed).text(self.random.of(&may))) }
    }

    fn apply(&mut self, scope: &Scope, depth: usize) -> Tree {
        let table = self.random.of(&self.tables.clone());
        let name = &table.name;
        let inner = depth.saturating_sub(1);
        match self.random.below(5) {
            4 => self.hit_into_variable(scope, name),
            0 if depth > 0 => {
                let (hit, miss) = (self.block(scope, 2, inner), self.block(scope, 2, inner));
                let what = self.random.of(&["hit", "miss"]);
                Tree::new(Kind::Item)
                    .text(format!("        if ({name}.apply().{what}) {{\n"))
                    .tree(hit)
                    .text("        } else {\n")
                    .tree(miss)
                    .text("        }\n")
            }
            1 if depth > 0 => {
                let mut out =
                    Tree::new(Kind::Item).text(format!("        switch ({name}.apply().action_run) {{\n"));
                for action in &table.actions {
                    if self.random.percent(30) {
                        continue;
                    }
                    let body = self.block(scope, 2, inner);
                    out = out.tree(
                        Tree::new(Kind::Item)
                            .text(format!("        {action}: {{\n"))
                            .tree(body)
                            .text("        }\n"),
                    );
                }
                if self.random.percent(60) {
                    let body = self.block(scope, 2, inner);
                    out = out.tree(
                        Tree::new(Kind::Item).text("        default: {\n").tree(body).text("        }\n"),
                    );
                }
                out.text("        }\n")
            }
            _ => Tree::item(format!("        {name}.apply();\n")),
        }
    }

    /// `x = t.apply().hit`, for some variable.
    fn hit_into_variable(&mut self, scope: &Scope, table: &str) -> Tree {
        let flags: Vec<String> =
            scope.vars.iter().filter(|v| v.writable && v.ty == Ty::Bool).map(|v| v.text.clone()).collect();
        match flags.as_slice() {
            [] => Tree::item(format!("        {table}.apply();\n")),
            some => Tree::item(format!("        {} = {table}.apply().hit;\n", self.random.of(some))),
        }
    }

    fn switch_on_value(&mut self, scope: &Scope, depth: usize) -> Tree {
        let width = self.random.of(&[1, 2, 3, 8, 13, 32, 64, 65]);
        let key = self.expr(scope, Ty::Bit(width), 2);
        let mut out = Tree::new(Kind::Item).text("        switch (").tree(key).text(") {\n");
        let mut seen = Vec::new();
        for _ in 0..self.random.between(1, 3) {
            let value = self.random.number(width);
            if seen.contains(&value) {
                continue;
            }
            seen.push(value);
            let body = self.block(scope, 2, depth);
            out = out.tree(
                Tree::new(Kind::Item)
                    .text(format!("        {width}w{value}: {{\n"))
                    .tree(body)
                    .text("        }\n"),
            );
        }
        if self.random.percent(60) {
            let body = self.block(scope, 2, depth);
            out = out.tree(Tree::new(Kind::Item).text("        default: {\n").tree(body).text("        }\n"));
        }
        out.text("        }\n")
    }

    fn repeat(&mut self, scope: &Scope, depth: usize) -> Tree {
        let name = self.fresh("i");
        let mut inner = scope.with(&name, Ty::Bit(8), false);
        inner.in_loop = true;
        let body = self.block(&inner, 3, depth);
        let rounds = self.random.between(1, 4);
        Tree::new(Kind::Item)
            .text(format!("        for (bit<8> {name} in 8w0..8w{rounds}) {{\n"))
            .tree(body)
            .text("        }\n")
    }

    fn leave(&mut self, scope: &Scope) -> Tree {
        let condition = self.expr(scope, Ty::Bool, 2);
        let mut out = Tree::new(Kind::Item).text("        if (").tree(condition).text(") { ");
        out = match self.random.below(3) {
            0 if scope.in_loop => out.text("break;"),
            1 if scope.in_loop => out.text("continue;"),
            2 if scope.exits => out.text("exit;"),
            _ => match scope.returns {
                Some(ty) => {
                    let value = self.expr(scope, ty, 2);
                    out.text("return ").tree(value).text(";")
                }
                None => out.text("return;"),
            },
        };
        out.text(" }\n")
    }

    /// Writes a field of a stack's element by an index that is known at run time only.
    fn element_write(&mut self, scope: &Scope) -> Tree {
        let stack = self.random.of(&scope.stacks);
        let fields = self.header_types[stack.ty].fields.clone();
        let (name, ty) = self.random.of(&fields);
        let index = self.expr(scope, Ty::Bit(8), 1);
        let value = self.expr(scope, ty, 2);
        let bounded = Tree::new(Kind::Fixed).tree(index).text(format!(" % {}", stack.size));
        Tree::new(Kind::Item)
            .text(format!("        {}[", stack.text))
            .tree(bounded)
            .text(format!("].{name} = "))
            .tree(value)
            .text(";\n")
    }
}
