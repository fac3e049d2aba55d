//! The source map. In: the texts of all files of a compilation. Out: for any position the file, line and column,
//! both as they are on disk and as `#line` and `# N "file"` say they are. Reading files is left to the loader.

use super::Span;
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// One file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// The address space of positions is full: 4 GiB of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the program and its includes are larger than 4 GiB")]
pub struct SourceTooLarge;

/// A place as a person names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location<'a> {
    /// The file's name as it is to be shown.
    pub file: &'a str,
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
}

/// From a line on, a file goes by another name and other line numbers.
#[derive(Clone, Debug)]
struct Renumbering {
    /// Index (0-based) of the first line that it holds for.
    from_line: u32,
    /// The number of that line.
    number: u32,
    file: Arc<str>,
}

/// Keeps renumberings in the order of their lines.
fn insert(renumberings: &mut Vec<Renumbering>, new: Renumbering) {
    let at = renumberings.partition_point(|r| r.from_line < new.from_line);
    match renumberings.get_mut(at) {
        Some(old) if old.from_line == new.from_line => *old = new,
        _ => renumberings.insert(at, new),
    }
}

/// A use of a macro, for remarks on findings inside its expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacroUse {
    /// The macro's name.
    pub name: Arc<str>,
    /// The use, with its arguments.
    pub used: Span,
    /// The macro's name in its `#define`.
    pub defined: Span,
}

/// A file's text and place.
#[derive(Debug)]
pub struct SourceFile {
    name: Arc<str>,
    path: PathBuf,
    text: Arc<str>,
    base: u32,
    line_starts: OnceLock<Vec<u32>>,
    shown: OnceLock<Option<Box<str>>>,
    /// By `#line` and `# N "file"`.
    renumberings: Vec<Renumbering>,
    /// By `#line` alone.
    stated: Vec<Renumbering>,
}

const BOM: &str = "\u{feff}";

impl SourceFile {
    /// The name to show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it was found.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text, with a byte order mark if the file has one.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The text as a terminal may show it: each control character other than tabs and line ends is replaced by another
    /// character of as many bytes, so that no text can send commands to a terminal.
    pub(crate) fn shown(&self) -> &str {
        let text = &*self.text;
        let line_ends_only = |at: usize| text.as_bytes().get(at + 1) == Some(&b'\n');
        let is_safe = |(at, c): (usize, char)| match c {
            '\t' | '\n' => true,
            '\r' => line_ends_only(at),
            c => !c.is_control(),
        };
        let shown = self.shown.get_or_init(|| {
            if text.char_indices().all(is_safe) {
                return None;
            }
            let replace = |(at, c): (usize, char)| match c.len_utf8() {
                _ if is_safe((at, c)) => c,
                1 => '?',
                _ => '\u{b7}',
            };
            Some(text.char_indices().map(replace).collect::<String>().into())
        });
        shown.as_deref().unwrap_or(text)
    }

    /// Where the text proper begins: after a byte order mark.
    pub fn text_start(&self) -> usize {
        if self.text.starts_with(BOM) { BOM.len() } else { 0 }
    }

    /// The span of the whole text.
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + self.text.len() as u32)
    }

    /// The span of bytes `lo..hi` of the text.
    pub fn span_of(&self, lo: usize, hi: usize) -> Span {
        let end = self.text.len();
        Span::new(self.base + lo.min(end) as u32, self.base + hi.min(end) as u32)
    }

    /// Byte offsets at which lines start.
    pub(crate) fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|at| at as u32 + 1);
            std::iter::once(self.text_start() as u32).chain(newlines).collect()
        })
    }

    /// The 0-based line that holds the byte at `offset`.
    pub(crate) fn line_index(&self, offset: u32) -> u32 {
        (self.line_starts().partition_point(|&start| start <= offset) as u32).saturating_sub(1)
    }

    /// The text of a line (0-based) without its end.
    pub fn line_text(&self, index: u32) -> &str {
        let starts = self.line_starts();
        let lo = starts.get(index as usize).map_or(self.text.len(), |&at| at as usize);
        let hi = starts.get(index as usize + 1).map_or(self.text.len(), |&at| at as usize);
        self.text.get(lo..hi).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// Characters before `offset` in its line.
    fn characters_before(&self, offset: u32) -> u32 {
        let line = self.line_index(offset);
        let start = self.line_starts().get(line as usize).copied().unwrap_or(0) as usize;
        let mut end = (offset as usize).clamp(start, self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.get(start..end).map_or(0, |text| text.chars().count() as u32)
    }

    /// How many renumberings begin at or before the line: 0 for the file as it is on disk.
    pub(crate) fn renumbering_of(&self, line_index: u32) -> usize {
        self.renumberings.partition_point(|r| r.from_line <= line_index)
    }

    /// Name and number of a line under the renumbering that `renumbering_of` tells.
    pub(crate) fn renumbered(&self, renumbering: usize, line_index: u32) -> (&str, u32) {
        self.named(renumbering.checked_sub(1).and_then(|index| self.renumberings.get(index)), line_index)
    }

    fn named<'s>(&'s self, by: Option<&'s Renumbering>, line_index: u32) -> (&'s str, u32) {
        match by {
            Some(r) => (&r.file, r.number.saturating_add(line_index.saturating_sub(r.from_line))),
            None => (&self.name, line_index + 1),
        }
    }

    /// Name and number of a line as `#line` says.
    fn stated_line(&self, line_index: u32) -> (&str, u32) {
        let before = self.stated.partition_point(|r| r.from_line <= line_index);
        self.named(before.checked_sub(1).and_then(|index| self.stated.get(index)), line_index)
    }
}

/// All texts of a compilation in one address space that starts at 1.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// The first file of each path.
    by_path: FxHashMap<PathBuf, FileId>,
    macro_uses: Vec<MacroUse>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> SourceMap {
        SourceMap::default()
    }

    /// Adds a file; `name` is what diagnostics show.
    ///
    /// # Errors
    /// When all files together would be larger than 4 GB.
    pub fn add(
        &mut self,
        name: impl Into<Arc<str>>,
        path: impl Into<PathBuf>,
        text: impl Into<Arc<str>>,
    ) -> Result<FileId, SourceTooLarge> {
        let text = text.into();
        // One position more than the text has: the end of a file differs from the start of the next.
        let base = self.files.last().map_or(1, |file| file.span().hi + 1);
        let end = u32::try_from(text.len()).ok().and_then(|length| base.checked_add(length));
        if end.is_none_or(|end| end == u32::MAX) {
            return Err(SourceTooLarge);
        }
        let (id, path) = (FileId(self.files.len() as u32), path.into());
        self.by_path.entry(path.clone()).or_insert(id);
        self.files.push(SourceFile {
            name: name.into(),
            path,
            text,
            base,
            line_starts: OnceLock::new(),
            shown: OnceLock::new(),
            renumberings: Vec::new(),
            stated: Vec::new(),
        });
        Ok(id)
    }

    /// The file.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// All files in the order in which they were added; the first is the main file.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The file that was found at `path`, if it is in the map.
    pub fn find(&self, path: &Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The file that holds a position.
    pub fn file_at(&self, position: u32) -> Option<(FileId, &SourceFile)> {
        let index = self.files.partition_point(|file| file.base <= position).checked_sub(1)?;
        let file = self.files.get(index)?;
        (position <= file.span().hi).then_some((FileId(index as u32), file))
    }

    /// The text under a span; none for [`Span::NONE`] and for spans that leave their file.
    pub fn text(&self, span: Span) -> Option<&str> {
        let (_, file) = self.file_at(span.lo)?;
        file.text.get((span.lo - file.base) as usize..span.hi.checked_sub(file.base)? as usize)
    }

    /// Where a position is on disk, whatever `#line` says.
    pub fn physical_location(&self, position: u32) -> Option<Location<'_>> {
        let (_, file) = self.file_at(position)?;
        let offset = position - file.base;
        let line = file.line_index(offset) + 1;
        Some(Location { file: &file.name, line, column: file.characters_before(offset) + 1 })
    }

    /// Where a position is in the file that the user wrote: `#line` and `# N "file"` are obeyed.
    pub fn location(&self, position: u32) -> Option<Location<'_>> {
        let (_, file) = self.file_at(position)?;
        let offset = position - file.base;
        let index = file.line_index(offset);
        let (name, line) = file.renumbered(file.renumbering_of(index), index);
        Some(Location { file: name, line, column: file.characters_before(offset) + 1 })
    }

    /// File and line of a position as `#line` says; `# N "file"` is not obeyed.
    pub(crate) fn stated_line(&self, position: u32) -> Option<(&str, u32)> {
        let (_, file) = self.file_at(position)?;
        Some(file.stated_line(file.line_index(position - file.base)))
    }

    /// From the line after the one that holds `position` on, lines are numbered from `number` and belong to `file`
    /// (or keep the name they have). Of two renumberings from one line the later one holds.
    pub(crate) fn renumber_after(&mut self, position: u32, number: u32, file: Option<Arc<str>>) {
        let Some((id, found)) = self.file_at(position) else { return };
        let line = found.line_index(position - found.base);
        let file = file.unwrap_or_else(|| Arc::from(found.renumbered(found.renumbering_of(line), line).0));
        let Some(found) = self.files.get_mut(id.0 as usize) else { return };
        insert(&mut found.renumberings, Renumbering { from_line: line + 1, number, file });
    }

    /// The same for a `#line`, which `__LINE__` and `__FILE__` obey, too.
    pub(crate) fn state_line_after(&mut self, position: u32, number: u32, file: Option<Arc<str>>) {
        self.renumber_after(position, number, file.clone());
        let Some((id, found)) = self.file_at(position) else { return };
        let line = found.line_index(position - found.base);
        let file = file.unwrap_or_else(|| Arc::from(found.stated_line(line).0));
        let Some(found) = self.files.get_mut(id.0 as usize) else { return };
        insert(&mut found.stated, Renumbering { from_line: line + 1, number, file });
    }

    /// Notes that a macro was used.
    pub(crate) fn record_macro_use(&mut self, used: MacroUse) {
        self.macro_uses.push(used);
    }

    /// The uses of macros, in the order of the preprocessed text.
    pub fn macro_uses(&self) -> &[MacroUse] {
        &self.macro_uses
    }
}
