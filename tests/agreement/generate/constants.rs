//! Constants of the whole program, and functions for any type: in, nothing; out, declarations, and the scope with them.

use super::Generator;
use super::scope::Scope;
use crate::tree::{Kind, Role, Tree, Ty};

/// Functions that work on any type.
const GENERIC: &str = "T pick<T>(in bool c, in T a, in T b) { if (c) { return a; } return b; }
void exchange<T>(inout T a, inout T b) { T t = a; a = b; b = t; }
T first<T, U>(in T a, in U b) { T t = a; return t; }
";

impl Generator {
    /// Constants, each computed of those before it.
    pub(super) fn constant_declarations(&mut self) -> Vec<Tree> {
        let mut out = Vec::new();
        for _ in 0..self.random.below(4) {
            let (ty, name) = (self.some_type(), self.fresh("K"));
            let scope = self.constant_scope();
            let value = self.expr(&scope, ty, self.size.depth);
            out.push(
                Tree::new(Kind::Item)
                    .text(format!("const {} {name} = ", ty.text()))
                    .tree(value)
                    .text(";\n")
                    .tag("constant"),
            );
            self.constants.push((name, ty));
        }
        out.push(Tree::item(GENERIC));
        out
    }

    /// A scope that has the constants alone.
    pub(super) fn constant_scope(&self) -> Scope {
        let scope = Scope::default();
        self.constants.iter().fold(scope, |scope, (name, ty)| scope.with(name, *ty, false))
    }

    /// A call of a generic function.
    pub(super) fn generic_call(&mut self, scope: &Scope, ty: Ty, depth: usize) -> Tree {
        let inner = super::flow::without_calls(scope);
        let explicit = self.random.percent(40);
        if self.random.percent(60) {
            let condition = self.expr(&inner, Ty::Bool, depth);
            let (a, b) = (self.expr(&inner, ty, depth), self.expr(&inner, ty, depth));
            let types = if explicit { format!("<{}>", ty.text()) } else { String::new() };
            return generic(ty, "pick", &types, [condition, a, b]);
        }
        let other = self.some_type();
        let (a, b) = (self.expr(&inner, ty, depth), self.expr(&inner, other, depth));
        let types = if explicit { format!("<{}, {}>", ty.text(), other.text()) } else { String::new() };
        generic(ty, "first", &types, [a, b])
    }

    /// Exchanges two variables by a generic function.
    pub(super) fn exchange(&mut self, scope: &Scope) -> Tree {
        let written: Vec<Ty> = scope.vars.iter().filter(|v| v.writable).map(|v| v.ty).collect();
        if written.is_empty() {
            return Tree::statement("");
        }
        let ty = self.random.of(&written);
        let may = scope.written(ty);
        let (a, b) = (self.random.of(&may), self.random.of(&may));
        Tree::statement(format!("        exchange({a}, {b});\n"))
            .role(Role::Call("exchange".to_owned()))
            .tag("call: generic function, inout")
    }
}

/// A call of a generic function, of type `ty`.
fn generic<const N: usize>(ty: Ty, name: &str, types: &str, args: [Tree; N]) -> Tree {
    let mut call =
        Tree::new(Kind::Expr(ty)).role(Role::Call(name.to_owned())).text(format!("{name}{types}("));
    for (position, arg) in args.into_iter().enumerate() {
        call = call.text(if position == 0 { "" } else { ", " }).tree(arg);
    }
    call.text(")").tag("call: generic function")
}
