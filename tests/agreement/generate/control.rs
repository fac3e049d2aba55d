//! Random match-action controls: variables, functions, actions, sub-controls, tables, and an apply block that ends by putting all variables into a
//! header.

use super::{Callable, Called, Direction, Generator, Scope};
use crate::tree::{Kind, Tree, Ty};

impl Generator {
    /// The control with what it needs in front, and the type of the header `probe`.
    pub(super) fn switch(&mut self) -> (Tree, Tree) {
        let mut out = Tree::new(Kind::Fixed);
        for _ in 0..self.random.below(2) {
            out = out.tree(self.function());
        }
        for _ in 0..self.random.below(2) {
            out = out.tree(self.sub_control());
        }
        out = out.text("control Swt(inout headers_t hdr, in xdp_input imd, out xdp_output omd) {\n");
        let mut scope = self.header_scope(true);
        scope.exits = true;
        let mut variables = Vec::new();
        for _ in 0..self.random.between(1, 5) {
            let (ty, name) = (self.some_type(), self.fresh("v"));
            let value = self.expr(&scope, ty, 1);
            let mut tree = Tree::new(Kind::Item).text(format!("    {} {name}", ty.text()));
            if self.random.percent(60) {
                tree = tree.text(" = ").tree(value);
            }
            out = out.tree(tree.text(";\n"));
            scope = scope.with(&name, ty, true);
            variables.push((name, ty));
        }
        let subs: Vec<Callable> =
            self.callables.iter().filter(|c| c.kind == Called::Control).cloned().collect();
        for sub in subs {
            let name = self.fresh("sub");
            out = out.tree(Tree::item(format!("    {}() {name};\n", sub.name)));
            // From here on the instance is what is called.
            if let Some(callable) = self.callables.iter_mut().find(|c| c.name == sub.name) {
                callable.name = name;
            }
        }
        for _ in 0..self.random.between(1, self.size.actions) {
            out = out.tree(self.action(&scope));
        }
        for _ in 0..self.random.below(self.size.actions + 1) {
            out = out.tree(self.table(&scope));
        }
        scope.tables = true;
        let verdict = self.random.of(&["XDP_PASS", "XDP_TX"]);
        out = out.text(format!("    apply {{\n        omd.output_action = xdp_action.{verdict};\n"));
        out = out.text("        omd.output_port = 0;\n");
        out = out.tree(self.block(&scope, self.size.statements, 3));
        let mut probe = Tree::new(Kind::Fixed).text("header probe_t {\n");
        let mut copies = Tree::new(Kind::Item).text("        hdr.probe.setValid();\n");
        let mut bits = 0;
        for (name, ty) in variables {
            bits += ty.width();
            probe = probe.text(format!("    {} {name};\n", ty.text()));
            copies = copies.tree(Tree::item(format!("        hdr.probe.{name} = {name};\n")));
        }
        if bits % 8 != 0 {
            probe = probe.text(format!("    bit<{}> pad;\n", 8 - bits % 8));
        }
        (out.tree(copies).text("    }\n}\n\n"), probe.text("}\n"))
    }

    /// Parameters, and the scope with them. A written one has a type that something in scope has.
    fn params(&mut self, scope: &Scope, free: bool) -> (Vec<(Direction, Ty, String)>, Scope) {
        let mut params = Vec::new();
        let mut inner = scope.clone();
        let written: Vec<Ty> = scope.vars.iter().filter(|v| v.writable).map(|v| v.ty).collect();
        for _ in 0..self.random.below(3) {
            let direction =
                self.random.of(&[Direction::In, Direction::InOut, Direction::Out, Direction::InOut]);
            let ty = if direction == Direction::In || written.is_empty() {
                self.some_type()
            } else {
                self.random.of(&written)
            };
            let direction = if written.is_empty() { Direction::In } else { direction };
            let name = self.fresh("p");
            inner = inner.with(&name, ty, direction != Direction::In);
            params.push((direction, ty, name));
        }
        if free {
            for _ in 0..self.random.below(3) {
                let (ty, name) = (self.some_type(), self.fresh("p"));
                inner = inner.with(&name, ty, false);
                params.push((Direction::None, ty, name));
            }
        }
        (params, inner)
    }

    fn action(&mut self, scope: &Scope) -> Tree {
        let name = self.fresh("a");
        let (params, inner) = self.params(scope, true);
        let statements = self.random.between(1, self.size.statements.min(4));
        let body = self.block(&inner, statements, 2);
        let out = Tree::new(Kind::Item)
            .text(format!("    action {name}({}) {{\n", signature(&params)))
            .tree(body)
            .text("    }\n");
        self.callables.push(Callable { name, params, kind: Called::Action });
        out
    }

    fn function(&mut self) -> Tree {
        let (name, ty) = (self.fresh("fun"), self.some_type());
        let types = self.header_scope(true);
        let (params, mut inner) = self.params(&types, false);
        // A function sees its parameters alone.
        inner.vars.drain(..types.vars.len());
        inner.headers.clear();
        inner.stacks.clear();
        inner.returns = Some(ty);
        let body = self.block(&inner, 3, 2);
        let value = self.expr(&inner, ty, 2);
        let out = Tree::new(Kind::Item)
            .text(format!("{} {name}({}) {{\n", ty.text(), signature(&params)))
            .tree(body)
            .text("    return ")
            .tree(value)
            .text(";\n}\n\n");
        self.callables.push(Callable { name, params, kind: Called::Function(ty) });
        out
    }

    fn sub_control(&mut self) -> Tree {
        let name = self.fresh("Sub");
        let mut scope = self.header_scope(true);
        scope.exits = true;
        let (params, inner) = self.params(&scope, false);
        let body = self.block(&inner, 4, 2);
        let all = if params.is_empty() { String::new() } else { format!(", {}", signature(&params)) };
        let out = Tree::new(Kind::Item)
            .text(format!("control {name}(inout headers_t hdr{all}) {{\n    apply {{\n"))
            .tree(body)
            .text("    }\n}\n\n");
        self.callables.push(Callable { name, params, kind: Called::Control });
        out
    }
}

fn signature(params: &[(Direction, Ty, String)]) -> String {
    let list: Vec<String> = params
        .iter()
        .map(|(direction, ty, name)| {
            let direction = match direction {
                Direction::In => "in ",
                Direction::Out => "out ",
                Direction::InOut => "inout ",
                Direction::None => "",
            };
            format!("{direction}{} {name}", ty.text())
        })
        .collect();
    list.join(", ")
}
