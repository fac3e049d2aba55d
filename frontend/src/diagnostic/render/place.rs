//! Labels in the form that codespan-reporting wants: a view of a file, and a range in it. A file has a view for each
//! `#line`, under its name and numbers, and one for each window into a line that is too long to be shown.

use crate::source::{FileId, SourceFile, SourceMap, Span};
use codespan_reporting::files::{Error, Files};
use std::ops::Range;

/// Longer lines are shown in part.
const LONG_LINE: usize = 400;
/// So much of them before and after the place.
const CONTEXT: usize = 100;

/// A file as it is to be shown around a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct View {
    file: FileId,
    /// As the source map counts them.
    renumbering: usize,
    /// The line (0-based) and the part of the text, if only a part is shown.
    window: Option<(u32, u32, u32)>,
}

/// The source map as codespan-reporting wants it.
pub(super) struct Views<'s>(pub(super) &'s SourceMap);

impl<'s> Views<'s> {
    /// Where a span is to be shown.
    pub(super) fn place(&self, span: Span) -> Option<(View, Range<usize>)> {
        let (id, file) = self.0.file_at(span.lo)?;
        let text: &str = file.text();
        let base = file.span().lo;
        let lo = text.floor_char_boundary((span.lo - base) as usize);
        let hi = text.ceil_char_boundary((span.hi.saturating_sub(base) as usize).clamp(lo, text.len()));
        let line = file.line_index(lo as u32);
        let start = file.line_starts().get(line as usize).map_or(0, |at| *at as usize);
        let end = start + file.line_text(line).len();
        let renumbering = file.renumbering_of(line);
        if end.saturating_sub(start) <= LONG_LINE {
            return Some((View { file: id, renumbering, window: None }, lo..hi));
        }
        // Equal places of one line share a window, so that its labels stand together.
        let from = start.max(text.floor_char_boundary(lo.saturating_sub(CONTEXT)));
        let hi = hi.min(end).min(text.floor_char_boundary(lo + LONG_LINE)).max(lo);
        let to = end.min(text.ceil_char_boundary(hi + CONTEXT));
        let window = Some((line, from as u32, to as u32));
        Some((View { file: id, renumbering, window }, lo - from..hi - from))
    }

    fn file(&self, view: View) -> Result<&'s SourceFile, Error> {
        self.0.file(view.file).ok_or(Error::FileMissing)
    }
}

impl<'s> Files<'s> for Views<'s> {
    type FileId = View;
    type Name = String;
    type Source = &'s str;

    fn name(&'s self, view: View) -> Result<String, Error> {
        Ok(super::printable(self.file(view)?.renumbered(view.renumbering, 0).0))
    }

    fn source(&'s self, view: View) -> Result<&'s str, Error> {
        let text = self.file(view)?.shown();
        match view.window {
            Some((_, from, to)) => Ok(text.get(from as usize..to as usize).unwrap_or("")),
            None => Ok(text),
        }
    }

    fn line_index(&'s self, view: View, offset: usize) -> Result<usize, Error> {
        match view.window {
            Some(_) => Ok(0),
            None => Ok(self.file(view)?.line_index(offset as u32) as usize),
        }
    }

    fn line_number(&'s self, view: View, line_index: usize) -> Result<usize, Error> {
        let line = view.window.map_or(line_index as u32, |(line, ..)| line);
        // `#line 0` is possible, a line number without digits is not.
        Ok((self.file(view)?.renumbered(view.renumbering, line).1 as usize).max(1))
    }

    fn column_number(&'s self, view: View, line_index: usize, offset: usize) -> Result<usize, Error> {
        let file = self.file(view)?;
        let offset = offset + view.window.map_or(0, |(_, from, _)| from as usize);
        let line = view.window.map_or(line_index, |(line, ..)| line as usize);
        let start = file.line_starts().get(line).map_or(0, |at| *at as usize);
        Ok(file.text().get(start..offset.min(file.text().len())).map_or(0, |text| text.chars().count()) + 1)
    }

    fn line_range(&'s self, view: View, line_index: usize) -> Result<Range<usize>, Error> {
        let file = self.file(view)?;
        if let Some((_, from, to)) = view.window {
            return Ok(0..(to - from) as usize);
        }
        let start = |index: usize| file.line_starts().get(index).map(|at| *at as usize);
        let lo = start(line_index)
            .ok_or(Error::LineTooLarge { given: line_index, max: file.line_starts().len() })?;
        Ok(lo..start(line_index + 1).unwrap_or(file.text().len()))
    }
}
