//! Stack for recursion over the syntax tree, however small the caller's thread is.
//!
//! The parser bounds the height of the tree ([`crate::parse::MAX_DEPTH`]), so a stage that recurses over it needs
//! a bounded stack; but not every thread has that much.

/// More than any stage takes on the highest tree, measured without optimisation.
const NEEDED: usize = 24 << 20;

/// Runs a stage that recurses over the tree.
pub(crate) fn with_room_for_recursion<T>(stage: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(NEEDED, 2 * NEEDED, stage)
}
