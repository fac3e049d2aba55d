//! The preprocessor's output: the expanded text with the map back to the source.

use crate::source::{SourceMap, Span, SpanMap};

/// From `out` to the next segment's `out`, the text stands for this place in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    out: u32,
    source: u32,
    /// 0: a copy, byte for byte. Otherwise all of it stands for so many bytes of source: a macro's use.
    fixed: u32,
}

/// Text without directives, macros and comments, and where each byte of it came from.
#[derive(Clone, Debug, Default)]
pub struct Preprocessed {
    /// What is to be parsed.
    pub text: String,
    segments: Vec<Segment>,
    files: Vec<Span>,
}

impl Preprocessed {
    /// Copies source text that stands at `source`.
    pub(super) fn copy(&mut self, text: &str, source: u32) {
        if text.is_empty() {
            return;
        }
        let out = self.text.len() as u32;
        let contiguous = self
            .segments
            .last()
            .is_some_and(|last| last.fixed == 0 && last.source.wrapping_add(out - last.out) == source);
        if !contiguous {
            self.segments.push(Segment { out, source, fixed: 0 });
        }
        self.text.push_str(text);
    }

    /// What follows stands for `span`, until something else is said.
    pub(super) fn begin_fixed(&mut self, span: Span) {
        let new = Segment { out: self.text.len() as u32, source: span.lo, fixed: (span.hi - span.lo).max(1) };
        match self.segments.last_mut() {
            Some(last) if last.out == new.out => *last = new,
            _ => self.segments.push(new),
        }
    }

    /// Ends the text; its end stands for the end of the main file.
    pub(super) fn finish(mut self, sources: &SourceMap, end: u32) -> Preprocessed {
        let out = self.text.len() as u32;
        if self.segments.last().is_some_and(|last| last.out == out) {
            self.segments.pop();
        }
        self.segments.push(Segment { out, source: end, fixed: 0 });
        self.files = sources.files().map(|(_, file)| file.span()).collect();
        self
    }

    fn segment(&self, offset: u32) -> (Segment, u32) {
        let next = self.segments.partition_point(|segment| segment.out <= offset);
        let end = self.segments.get(next).map_or(self.text.len() as u32, |segment| segment.out);
        let none = Segment { out: 0, source: 0, fixed: 1 };
        (next.checked_sub(1).and_then(|index| self.segments.get(index)).copied().unwrap_or(none), end)
    }

    fn same_file(&self, a: u32, b: u32) -> bool {
        let file = |position: u32| self.files.partition_point(|span| span.lo <= position);
        file(a) == file(b)
    }
}

impl SpanMap for Preprocessed {
    fn span(&self, lo: usize, hi: usize) -> Span {
        let (lo, hi) = (lo.min(self.text.len()) as u32, hi.min(self.text.len()) as u32);
        let (first, first_end) = self.segment(lo);
        let start = if first.fixed > 0 { first.source } else { first.source + (lo - first.out) };
        let end_in = |segment: Segment, hi: u32| {
            if segment.fixed > 0 {
                segment.source + segment.fixed
            } else {
                segment.source + (hi - segment.out)
            }
        };
        if hi <= lo {
            return Span::new(start, if first.fixed > 0 { end_in(first, lo) } else { start });
        }
        let end = if hi <= first_end { end_in(first, hi) } else { end_in(self.segment(hi - 1).0, hi) };
        // A construct that begins in one file and ends in another (an include in its midst) is shown by its start.
        if end >= start && self.same_file(start, end) {
            Span::new(start, end)
        } else {
            Span::new(start, end_in(first, first_end))
        }
    }
}
