//! Warnings about programs that are right, but probably not what was meant; one lint a file.
//!
//! In: the syntax tree for what the program says about warnings, then the typed program. Out: warnings in the sink, never
//! errors, and nothing else. Those that the checker meets on its way (shadowing, overflow, transitions) are its own.

mod annotations;

pub use annotations::apply_annotations;
