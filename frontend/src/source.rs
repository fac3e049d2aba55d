//! Where text comes from and how places in it are named.
//!
//! All files of a compilation share one address space of bytes: a [`Span`] is a pair of positions in it, four
//! bytes each, and means the same in every stage. [`SourceMap`] turns positions back into file, line and column;
//! a [`FileLoader`] is where the bytes of a file come from.

mod loader;
mod map;

pub use loader::{
    FileLoader, FileSystem, InMemory, MAX_FILE_BYTES, embedded_file, embedded_names, include_candidates,
};
pub use map::{FileId, Location, MacroUse, SourceFile, SourceMap, SourceTooLarge};

/// A half-open range of byte positions in the address space of a `SourceMap`, always in text that the user
/// wrote: the expansion of a macro has the span of the macro's use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub lo: u32,
    /// One past the last byte.
    pub hi: u32,
}

impl Span {
    /// The span of things that no text stands for. Position 0 belongs to no file.
    pub const NONE: Span = Span { lo: 0, hi: 0 };

    /// A span from `lo` to `hi`.
    pub fn new(lo: u32, hi: u32) -> Span {
        Span { lo, hi }
    }

    /// The smallest span that covers both; a `NONE` on either side is ignored.
    pub fn to(self, other: Span) -> Span {
        if self == Span::NONE {
            return other;
        }
        if other == Span::NONE {
            return self;
        }
        Span { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }
}

/// From a text that was made of source text (the preprocessor's output) back to the source.
pub trait SpanMap {
    /// The place in the source that bytes `lo..hi` of the text stand for. An empty range is a point; the end of
    /// the text is a valid point.
    fn span(&self, lo: usize, hi: usize) -> Span;
}
