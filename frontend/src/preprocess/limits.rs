//! How far the preprocessor goes before it refuses politely. Real programs stay orders of magnitude below; tests, which
//! are not optimised, meet lower limits.

/// Files within files.
pub(super) const MAX_INCLUDE_DEPTH: usize = 200;
/// Inclusions in all.
pub(super) const MAX_INCLUSIONS: usize = if cfg!(test) { 2_000 } else { 50_000 };
/// Bytes read in all, every inclusion counted; and bytes of output.
pub(super) const MAX_TEXT: usize = if cfg!(test) { 16 << 20 } else { 128 << 20 };
/// Tokens handled by macro expansion in all: less than a second, and 200 MB of them at the most.
pub(super) const MAX_EXPANSION_WORK: usize = if cfg!(test) { 1 << 19 } else { 8 << 20 };
/// Calls of macros within arguments of macros.
pub(super) const MAX_MACRO_DEPTH: usize = 200;
/// `(` within `(` and the like in the expression of an `#if`.
pub(super) const MAX_EXPRESSION_DEPTH: usize = 256;
/// Errors after which the rest of the text is not looked at.
pub(super) const MAX_ERRORS: usize = 100;
/// Warnings of the preprocessor that are reported.
pub(super) const MAX_WARNINGS: usize = 100;
