//! P4_16 front end: text in, typed program (HIR) out.
//!
//! Knows the language and nothing of XDP, BPF or any target. The stages, in order: [`preprocess`], [`parse`]
//! (grammar to [`ast`]), [`resolve`] and [`typecheck`] (AST to [`hir`]), [`lint`] (warnings). Every stage reports into a
//! [`diagnostic::Diagnostics`] sink and reports all that it can.

mod analyze;
pub mod architecture;
pub mod arena;
pub mod ast;
pub mod ast_dump;
pub mod control_plane;
pub mod diagnostic;
pub mod hir;
pub mod lint;
pub mod parse;
pub mod preprocess;
pub mod resolve;
pub mod source;
mod stack;
pub mod typecheck;

pub use analyze::{analyze, preprocess_and_parse};
