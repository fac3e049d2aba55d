//! Names of keys (section "Keys" of "Computing control-plane names"): the table given there, and beyond it what p4c does, so that
//! two compilers agree on a program's names: a field that has a `@name` is called by it.

use crate::ast::{BinaryOp, Expr, ExprKind};
use crate::source::Span;
use num_bigint::BigInt;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// What a key expression would be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName {
    /// The expression as text.
    pub text: Arc<str>,
    /// It follows from the specification's rules; else `@name` is required.
    pub is_derived: bool,
}

/// Names that fields have by `@name`, by where the key uses them.
pub type FieldNames = FxHashMap<Span, Arc<str>>;

/// The name that follows from a key expression.
pub fn key_name(key: &Expr, fields: &FieldNames) -> KeyName {
    let mut text = String::new();
    let is_derived = write(key, fields, &mut text);
    if text.is_empty() {
        text.push_str("key");
    }
    KeyName { text: text.into(), is_derived }
}

/// Writes the expression; true if the rules name all of it.
fn write(e: &Expr, fields: &FieldNames, out: &mut String) -> bool {
    match &e.kind {
        ExprKind::Name(name) => {
            out.push_str(if name.absolute { "." } else { "" });
            out.push_str(&name.name.text);
            true
        }
        ExprKind::Member(base, name) => {
            let start = out.len();
            let named = write(base, fields, out);
            let name = fields.get(&e.span).unwrap_or(&name.text);
            match name.strip_prefix('.') {
                // A full name: what the field is in is no part of it.
                Some(absolute) => out.replace_range(start.., absolute),
                None => {
                    out.push('.');
                    out.push_str(name);
                }
            }
            named
        }
        ExprKind::Index(base, index) => {
            write(base, fields, out) & push(out, "[") & write(index, fields, out) & push(out, "]")
        }
        ExprKind::Slice(base, hi, lo) => {
            write(base, fields, out)
                & push(out, "[")
                & write(hi, fields, out)
                & push(out, ":")
                & write(lo, fields, out)
                & push(out, "]")
        }
        ExprKind::PlusSlice(base, lo, width) => {
            write(base, fields, out)
                & push(out, "[")
                & write(lo, fields, out)
                & push(out, "+:")
                & write(width, fields, out)
                & push(out, "]")
        }
        ExprKind::Int { value, radix, width } => {
            let value = match width {
                Some(width) if !width.signed => value % (BigInt::from(1) << width.width),
                Some(_) | None => value.clone(),
            };
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
            let named = write(callee, fields, out);
            out.push_str("()");
            named
                && args.is_empty()
                && matches!(&callee.kind, ExprKind::Member(_, method) if &*method.text == "isValid")
        }
        ExprKind::Binary(op, a, b) => {
            let named = write(a, fields, out);
            out.push(' ');
            out.push_str(op.text());
            out.push(' ');
            let both_named = write(b, fields, out) && named;
            both_named && *op == BinaryOp::BitAnd
        }
        ExprKind::Paren(inner) => write(inner, fields, out),
        ExprKind::Cast(_, inner) => {
            write(inner, fields, out);
            false
        }
        ExprKind::Unary(op, inner) => {
            out.push_str(op.text());
            write(inner, fields, out);
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
