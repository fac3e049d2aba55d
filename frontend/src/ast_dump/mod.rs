//! The syntax tree as text, for people and for tests. In: the tree. Out: indented S-expressions, without spans.
//!
//! ```text
//! (control ingress
//!   (param inout headers h)
//!   (action drop (= (. h mark) 0))
//!   (apply (call (. acl apply))))
//! ```
//!
//! Shows what was written, not what it means: sugar stays, names are unresolved. Deterministic.

mod declarations;
mod expressions;
mod sexp;
mod statements;

use crate::ast::{Expr, Program};

/// The whole program, a declaration after the other.
pub fn dump(program: &Program) -> String {
    let mut text = String::new();
    for declaration in &program.declarations {
        declarations::declaration(declaration).write(&mut text);
        text.push('\n');
    }
    text
}

/// One expression.
pub fn dump_expression(expr: &Expr) -> String {
    let mut text = String::new();
    expressions::expression(expr).write(&mut text);
    text
}
