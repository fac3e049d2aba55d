//! Indented lines of C, each with the P4 text that it stands for.
//!
//! An assignment to a variable that nothing reads is left out when the text is finished: P4's intrinsic outputs, parser errors and stack
//! indices are written far more often than they are looked at.

use crate::layout::storage::bare_name;
use p4xdp_frontend::source::Span;
use std::collections::{HashMap, HashSet};

/// A growing piece of C.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    lines: Vec<Line>,
    indent: usize,
    current: Span,
    /// Where the open blocks begin.
    open: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Line {
    text: String,
    indent: usize,
    span: Span,
    /// The line does nothing but assign to these variables, and is needed only if all are read.
    assigns: Vec<String>,
    /// What is left of the line if nobody reads the variable: the call that gave the value.
    effect: Option<String>,
}

impl Writer {
    /// Empty, at the given depth.
    pub fn at_depth(indent: usize) -> Writer {
        Writer { indent, ..Writer::default() }
    }

    /// An empty piece that is as deep as this one, and stands for the same text.
    pub fn nested(&self) -> Writer {
        Writer { indent: self.indent, current: self.current, ..Writer::default() }
    }

    /// From now on lines stand for this text; returns what it was before.
    pub fn set_span(&mut self, span: Span) -> Span {
        if span == Span::NONE { self.current } else { std::mem::replace(&mut self.current, span) }
    }

    /// Writes a line, or several: each is indented.
    pub fn line(&mut self, text: impl AsRef<str>) {
        for line in text.as_ref().split('\n') {
            self.lines.push(Line {
                text: line.to_owned(),
                indent: self.indent,
                span: self.current,
                assigns: Vec::new(),
                effect: None,
            });
        }
    }

    /// Writes `variable = value;`.
    pub fn assignment(&mut self, variable: &str, value: &str) {
        self.update(bare_name(variable), format!("{variable} = {value};"));
    }

    /// Writes a line that does nothing but change a variable.
    pub fn update(&mut self, variable: &str, text: String) {
        self.update_all(&[variable], text);
    }

    /// Writes a line that matters only if all of these variables are read.
    pub fn update_all(&mut self, variables: &[&str], text: String) {
        self.lines.push(Line {
            text,
            indent: self.indent,
            span: self.current,
            assigns: variables.iter().map(|v| (*v).to_owned()).collect(),
            effect: None,
        });
    }

    /// Writes `variable = call;`, or the call alone if nobody reads the variable.
    pub fn call(&mut self, variable: &str, call: &str) {
        self.assignment(variable, call);
        if let Some(line) = self.lines.last_mut() {
            line.effect = Some(format!("{call};"));
        }
    }

    /// What follows stands one step further in.
    pub fn indent(&mut self) {
        self.indent += 1;
    }

    /// What follows stands one step further out.
    pub fn dedent(&mut self) {
        self.indent = self.indent.saturating_sub(1);
    }

    /// Writes a line one step out, as labels and cases stand in kernel style.
    pub fn outdented(&mut self, text: impl AsRef<str>) {
        self.indent = self.indent.saturating_sub(1);
        self.line(text);
        self.indent += 1;
    }

    /// Writes a line and indents what follows.
    pub fn open(&mut self, text: impl AsRef<str>) {
        self.open.push(self.lines.len());
        self.line(text);
        self.indent += 1;
    }

    /// Ends an indented part with a line. A block of one statement loses its braces.
    pub fn close(&mut self, text: impl AsRef<str>) {
        self.indent = self.indent.saturating_sub(1);
        let start = self.open.pop().unwrap_or_default();
        if let Some([first, only]) = self.lines.get_mut(start..)
            && text.as_ref() == "}"
            && only.assigns.is_empty()
            && only.text.ends_with(';')
            && first.text.starts_with("if (")
            && let Some(bare) = first.text.strip_suffix(" {")
        {
            first.text = bare.to_owned();
            return;
        }
        self.line(text);
    }

    /// Writes `} else {` and the like.
    pub fn turn(&mut self, text: impl AsRef<str>) {
        self.outdented(text);
    }

    /// An empty line, unless there is one already.
    pub fn blank(&mut self) {
        if self.lines.last().is_some_and(|l| !l.text.is_empty()) {
            self.line("");
        }
    }

    /// Takes the last line back if it is this jump, with the test in front of it if there is one.
    pub fn retract(&mut self, text: &str) -> bool {
        if self.lines.pop_if(|l| l.text == text).is_none() {
            return false;
        }
        self.lines.pop_if(|l| l.text.starts_with("if (") && !l.text.ends_with('{'));
        true
    }

    /// How many lines there are; see [`Writer::insert`].
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Puts another piece in front of line `at`, as deep as it is.
    pub fn insert(&mut self, at: usize, other: Writer) {
        let at = at.min(self.lines.len());
        self.lines.splice(at..at, other.lines);
    }

    /// Puts another piece behind this one.
    pub fn append(&mut self, other: Writer) {
        self.lines.extend(other.lines);
    }

    /// The words (names, numbers, keywords) of the text, dead assignments left out.
    pub fn words(&self) -> HashSet<&str> {
        let mut used = HashSet::new();
        // Which lines wait for a word, and for how many more each of them.
        let mut waiting: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut missing = vec![0_usize; self.lines.len()];
        let mut texts: Vec<&str> = Vec::new();
        for (at, (line, missing)) in self.lines.iter().zip(&mut missing).enumerate() {
            if line.assigns.is_empty() {
                texts.push(&line.text);
            }
            texts.extend(line.effect.as_deref());
            for variable in &line.assigns {
                waiting.entry(variable).or_default().push(at);
                *missing += 1;
            }
        }
        while let Some(text) = texts.pop() {
            for word in words(text).filter(|&word| used.insert(word)) {
                for at in waiting.remove(word).unwrap_or_default() {
                    let (Some(line), Some(missing)) = (self.lines.get(at), missing.get_mut(at)) else {
                        continue;
                    };
                    *missing -= 1;
                    if *missing == 0 {
                        texts.push(&line.text);
                    }
                }
            }
        }
        used
    }

    /// True if some line may give a variable a value: assigns it, or assigns something whose value is not seen from its text.
    pub fn may_assign(&self, variable: &str, value: &str) -> bool {
        self.lines.iter().any(|line| {
            let text = line.text.strip_prefix(variable).and_then(|t| t.strip_prefix(" = "));
            text.is_some_and(|text| {
                words(text).any(|w| w == value) || !text.starts_with("XDP_") && text != "0;"
            })
        })
    }

    /// Takes out assignments that nobody reads, and tests that then decide nothing.
    pub fn prune(&mut self) {
        loop {
            let before = self.lines.len();
            let used: HashSet<String> = self.words().into_iter().map(str::to_owned).collect();
            let mut kept: Vec<Line> = Vec::with_capacity(before);
            for mut line in self.lines.drain(..) {
                if line.assigns.iter().any(|v| !used.contains(v)) {
                    let Some(effect) = line.effect.take() else { continue };
                    (line.text, line.assigns) = (effect, Vec::new());
                }
                // Alternatives that do nothing, the last of several: all at once, as there may be thousands.
                while line.text == "}"
                    && kept.last().is_some_and(|l| l.text.starts_with("} else ") && l.text.ends_with(" {"))
                {
                    kept.pop();
                }
                let ends_test = line.text == "}"
                    && kept.last().is_some_and(|l| {
                        l.text.starts_with("if (") && l.text.ends_with(" {") && !l.text.contains("bpf_xdp_")
                    });
                let idle_blank = line.text.is_empty() && kept.last().is_none_or(|l| l.text.is_empty());
                if ends_test {
                    kept.pop();
                } else if !idle_blank {
                    kept.push(line);
                }
            }
            self.lines = kept;
            self.drop_labels();
            if self.lines.len() == before {
                return;
            }
        }
    }

    /// Takes out labels that nothing jumps to; what they say stays as a comment.
    fn drop_labels(&mut self) {
        let targets: HashSet<String> = self
            .lines
            .iter()
            .filter_map(|l| l.text.strip_prefix("goto ")?.strip_suffix(';'))
            .map(str::to_owned)
            .collect();
        self.lines.retain_mut(|line| {
            let Some((name, rest)) = line.text.split_once(':') else { return true };
            let is_label = name != "default" && words(name).eq([name]);
            if !is_label || targets.contains(name) {
                return true;
            }
            let Some(origin) = rest.trim().strip_prefix("/*") else { return false };
            line.text = format!("/* {name},{origin}");
            line.indent += 1;
            true
        });
    }

    /// The text, and the P4 text that each line stands for.
    pub fn finish(mut self) -> (String, Vec<Span>) {
        self.prune();
        let (mut text, mut spans) = (String::new(), Vec::new());
        for line in self.lines {
            if !line.text.is_empty() {
                text.extend(std::iter::repeat_n('\t', line.indent));
                text.push_str(&line.text);
            }
            text.push('\n');
            spans.push(line.span);
        }
        (text, spans)
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|w| !w.is_empty())
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

    #[test]
    fn assignments_that_nobody_reads_are_left_out() {
        let mut w = Writer::default();
        w.assignment("a", "b");
        w.assignment("b", "1");
        w.assignment("c", "d");
        w.assignment("d", "c");
        w.line("return a;");
        assert_eq!(w.finish().0, "a = b;\nb = 1;\nreturn a;\n");
    }
}
