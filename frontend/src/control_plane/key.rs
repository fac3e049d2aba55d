//! Names of keys (section "Keys" of "Computing control-plane names"): the table given there, and nothing beyond it, so that
//! two compilers agree on a program's names.

use crate::ast::{BinaryOp, Expr, ExprKind};
use std::sync::Arc;

/// What a key expression would be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName {
    /// The expression as text.
    pub text: Arc<str>,
    /// It follows from the specification's rules; else `@name` is required.
    pub is_derived: bool,
}

/// The name that follows from a key expression.
pub fn key_name(key: &Expr) -> KeyName {
    let mut text = String::new();
    let is_derived = write(key, &mut text);
    if text.is_empty() {
        text.push_str("key");
    }
    KeyName { text: text.into(), is_derived }
}

/// Writes the expression; true if the rules name all of it.
fn write(e: &Expr, out: &mut String) -> bool {
    match &e.kind {
        ExprKind::Name(name) => {
            out.push_str(if name.absolute { "." } else { "" });
            out.push_str(&name.name.text);
            true
        }
        ExprKind::Member(base, name) => {
            let named = write(base, out);
            out.push('.');
            out.push_str(&name.text);
            named
        }
        ExprKind::Index(base, index) => {
            write(base, out) & push(out, "[") & write(index, out) & push(out, "]")
        }
        ExprKind::Slice(base, hi, lo) => {
            write(base, out)
                & push(out, "[")
                & write(hi, out)
                & push(out, ":")
                & write(lo, out)
                & push(out, "]")
        }
        ExprKind::PlusSlice(base, lo, width) => {
            write(base, out)
                & push(out, "[")
                & write(lo, out)
                & push(out, "+:")
                & write(width, out)
                & push(out, "]")
        }
        ExprKind::Int { value, radix, .. } => {
            let text = match radix {
                2 => format!("{value:#b}"),
                8 => format!("{value:#o}"),
                16 => format!("{value:#X}"),
                _ => value.to_string(),
            };
            out.push_str(&text);
            true
        }
        ExprKind::Bool(value) => {
            out.push_str(if *value { "true" } else { "false" });
            true
        }
        ExprKind::Call { callee, args, .. } => {
            let named = write(callee, out);
            out.push_str("()");
            named
                && args.is_empty()
                && matches!(&callee.kind, ExprKind::Member(_, method) if &*method.text == "isValid")
        }
        ExprKind::Binary(op, a, b) => {
            let named = write(a, out);
            out.push(' ');
            out.push_str(op.text());
            out.push(' ');
            let both_named = write(b, out) && named;
            both_named && *op == BinaryOp::BitAnd
        }
        ExprKind::Paren(inner) => write(inner, out),
        ExprKind::Cast(_, inner) => {
            write(inner, out);
            false
        }
        ExprKind::Unary(op, inner) => {
            out.push_str(op.text());
            write(inner, out);
            false
        }
        ExprKind::String(_)
        | ExprKind::Type(_)
        | ExprKind::This
        | ExprKind::Ternary(..)
        | ExprKind::List { .. }
        | ExprKind::NamedList { .. }
        | ExprKind::Tuple(_)
        | ExprKind::InvalidHeader
        | ExprKind::DefaultValue
        | ExprKind::Default
        | ExprKind::DontCare
        | ExprKind::Mask(..)
        | ExprKind::Range(..) => false,
    }
}

/// Punctuation, which is always named.
fn push(out: &mut String, text: &str) -> bool {
    out.push_str(text);
    true
}
