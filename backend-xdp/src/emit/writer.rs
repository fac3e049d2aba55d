//! Indented lines of C, each with the P4 text that it stands for.
//!
//! Line numbers of the finished file are known only when its parts are joined; see [`Writer::append`].

use p4xdp_frontend::source::Span;

/// A growing piece of C.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    text: String,
    indent: usize,
    spans: Vec<Span>,
    current: Span,
}

impl Writer {
    /// Empty, at the given depth.
    pub fn at_depth(indent: usize) -> Writer {
        Writer { indent, ..Writer::default() }
    }

    /// From now on lines stand for this text; returns what it was before.
    pub fn set_span(&mut self, span: Span) -> Span {
        if span == Span::NONE { self.current } else { std::mem::replace(&mut self.current, span) }
    }

    /// Writes a line, or several: each is indented.
    pub fn line(&mut self, text: impl AsRef<str>) {
        for line in text.as_ref().split('\n') {
            if !line.is_empty() {
                self.text.extend(std::iter::repeat_n('\t', self.indent));
                self.text.push_str(line);
            }
            self.text.push('\n');
            self.spans.push(self.current);
        }
    }

    /// Writes a line one step out, as labels and cases stand in kernel style.
    pub fn outdented(&mut self, text: impl AsRef<str>) {
        self.indent = self.indent.saturating_sub(1);
        self.line(text);
        self.indent += 1;
    }

    /// Writes a line and indents what follows.
    pub fn open(&mut self, text: impl AsRef<str>) {
        self.line(text);
        self.indent += 1;
    }

    /// Ends an indented part with a line.
    pub fn close(&mut self, text: impl AsRef<str>) {
        self.indent = self.indent.saturating_sub(1);
        self.line(text);
    }

    /// Writes `} else {` and the like.
    pub fn turn(&mut self, text: impl AsRef<str>) {
        self.outdented(text);
    }

    /// An empty line, unless there is one already.
    pub fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
            self.spans.push(self.current);
        }
    }

    /// Depth of the next line.
    pub fn depth(&self) -> usize {
        self.indent
    }

    /// True if nothing was written.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts another piece behind this one; its lines keep their spans.
    pub fn append(&mut self, other: Writer) {
        self.text.push_str(&other.text);
        self.spans.extend(other.spans);
    }

    /// The text, and the P4 text that each line stands for.
    pub fn finish(self) -> (String, Vec<Span>) {
        (self.text, self.spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_span() {
        let mut w = Writer::default();
        w.open("if (x) {");
        let outer = w.set_span(Span::new(3, 5));
        w.line("a;\nb;");
        w.set_span(outer);
        w.close("}");
        w.blank();
        w.blank();
        let (text, spans) = w.finish();
        assert_eq!(text, "if (x) {\n\ta;\n\tb;\n}\n\n");
        assert_eq!(spans.len(), text.lines().count());
        assert_eq!(spans[1], Span::new(3, 5));
    }
}
