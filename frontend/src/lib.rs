//! P4_16 front end: text in, typed program (HIR) out.
//!
//! Knows the language and nothing of XDP, BPF or any target. The stages, in order: [`preprocess`], [`parse`]
//! (grammar to [`ast`]), [`typecheck`] (AST to [`hir`]), [`lint`] (warnings). Every stage reports into a
//! [`diagnostic::Diagnostics`] sink and reports all that it can.
//!
//! [`analyze`] runs them all. Files come from a [`source::FileLoader`]: from disk, or from memory as here; the includes of the
//! architectures come with the crate.
//!
//! ```
//! use p4xdp_frontend::diagnostic::{Diagnostics, Format, render};
//! use p4xdp_frontend::source::{InMemory, SourceMap};
//! use p4xdp_frontend::{analyze, preprocess::Options};
//!
//! let check = |text: &str| {
//!     let files = InMemory::new().with("port.p4", text);
//!     let (mut sources, mut sink) = (SourceMap::new(), Diagnostics::new());
//!     let program = analyze("port.p4".as_ref(), &Options::default(), &files, &mut sources, &mut sink);
//!     let mut findings = Vec::new();
//!     render(sink.iter(), &sources, Format::Short, false, &mut findings).unwrap();
//!     (program, String::from_utf8(findings).unwrap())
//! };
//!
//! let (program, findings) = check("const bit<9> drop = 511;");
//! assert_eq!((program.unwrap().constants.len(), findings.as_str()), (1, ""));
//!
//! let (program, findings) = check("const bit<9> drop = true;");
//! assert!(program.is_err());
//! assert!(findings.starts_with("port.p4:1:21: error[E0301]: "), "{findings}");
//! ```

mod analyze;
pub mod architecture;
pub mod arena;
pub mod ast;
pub mod ast_dump;
pub mod control_plane;
pub mod diagnostic;
pub mod hir;
pub mod lint;
pub mod operator;
pub mod parse;
pub mod preprocess;
mod resolve;
pub mod source;
mod stack;
pub mod typecheck;

pub use analyze::{analyze, check_tree};
