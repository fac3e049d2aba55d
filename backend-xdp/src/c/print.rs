//! A tree as text: each line indented as the kernel's style has it, and the P4 text that it stands for.

use super::tree::{Kind, Node, Tree};
use p4xdp_frontend::source::Span;
use std::fmt::Display;

/// Lines that are printed.
#[derive(Default)]
struct Printer {
    text: String,
    spans: Vec<Span>,
    /// The last line is empty, or there is none.
    blank: bool,
}

impl Tree {
    /// The text, and the P4 text that each of its lines stands for; what nobody reads is left out.
    pub fn finish(mut self) -> (String, Vec<Span>) {
        self.prune();
        let mut printer = Printer { blank: true, ..Printer::default() };
        printer.nodes(&self.nodes, 0);
        (printer.text, printer.spans)
    }
}

impl Printer {
    fn line(&mut self, depth: usize, text: &dyn Display, span: Span) {
        for line in text.to_string().split('\n') {
            if !line.is_empty() {
                self.text.extend(std::iter::repeat_n('\t', depth));
                self.text.push_str(line);
            }
            self.text.push('\n');
            self.spans.push(span);
            self.blank = line.is_empty();
        }
    }

    fn nodes(&mut self, nodes: &[Node], depth: usize) {
        nodes.iter().for_each(|node| self.node(node, depth));
    }

    fn node(&mut self, node: &Node, depth: usize) {
        let span = node.span;
        match &node.kind {
            Kind::Plain(code) | Kind::Update { code, .. } => self.line(depth, code, span),
            Kind::Assign { place, value, .. } => {
                self.line(depth, &format_args!("{place} = {value};"), span);
            }
            Kind::Goto(name) => self.line(depth, &format_args!("goto {name};"), span),
            Kind::Label { name, origin, is_last } => {
                let depth = depth.saturating_sub(1);
                match (is_last, origin.is_empty()) {
                    (true, _) => self.line(depth, &format_args!("{name}:;"), span),
                    (false, true) => self.line(depth, &format_args!("{name}:"), span),
                    (false, false) => self.line(depth, &format_args!("{name}: /* {origin} */"), span),
                }
            }
            Kind::If { branches, braces, end } => {
                let brace = if *braces { " {" } else { "" };
                for (i, branch) in branches.iter().enumerate() {
                    let (otherwise, span) = if i == 0 { ("", span) } else { ("} else ", branch.span) };
                    match &branch.condition {
                        Some(condition) => {
                            self.line(depth, &format_args!("{otherwise}if ({condition}){brace}"), span);
                        }
                        None => self.line(depth, &"} else {", span),
                    }
                    self.nodes(&branch.body, depth + 1);
                }
                if *braces {
                    self.line(depth, &"}", *end);
                }
            }
            Kind::Switch { value, cases, end } => {
                self.line(depth, &format_args!("switch ({value}) {{"), span);
                for case in cases {
                    self.line(depth, &case.label.0, case.label.1);
                    self.nodes(&case.body, depth + 1);
                }
                self.line(depth, &"}", *end);
            }
            Kind::Group { head, parts } => {
                self.line(depth, head, span);
                for part in parts {
                    self.nodes(&part.body, depth + 1);
                    self.line(depth, &part.tail, part.span);
                }
            }
            Kind::Blank if self.blank => {}
            Kind::Cut => {}
            // Parts say themselves how the next is called, see `super::cut`.
            Kind::Next(part) => self.line(depth, &format_args!("/* part {part} */"), span),
            Kind::Blank => self.line(0, &"", span),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::code::{Code, Name, code};
    use super::*;

    #[test]
    fn every_line_has_a_span() {
        let mut tree = Tree::default();
        tree.begin_if(code!("x"));
        let outer = tree.set_span(Span::new(3, 5));
        tree.line(code!("a;\nb;"));
        tree.set_span(outer);
        tree.end();
        tree.blank();
        tree.blank();
        let (text, spans) = tree.finish();
        assert_eq!(text, "if (x) {\n\ta;\n\tb;\n}\n\n");
        assert_eq!(spans.len(), text.lines().count());
        assert_eq!(spans[1], Span::new(3, 5));
    }

    #[test]
    fn assignments_that_nobody_reads_are_left_out() {
        let mut tree = Tree::default();
        let [a, b, c, d] = ["a", "b", "c", "d"].map(Name::new);
        tree.assignment(&a, &b);
        tree.assignment(&b, code!("1"));
        tree.assignment(&c, &d);
        tree.assignment(&d, &c);
        tree.call(&c, &code!("f()"));
        tree.line(code!("return {};", a));
        assert_eq!(tree.finish().0, "a = b;\nb = 1;\nf();\nreturn a;\n");
    }

    #[test]
    fn what_is_in_text_is_no_name() {
        let mut tree = Tree::default();
        tree.assignment(&Name::new("a"), code!("1"));
        tree.line(Code::text("/* a */"));
        assert_eq!(tree.finish().0, "/* a */\n");
    }

    #[test]
    fn labels_and_tests_that_are_for_nothing_are_left_out() {
        let mut tree = Tree::default();
        let [used, unused, dead] = ["used", "unused", "dead"].map(Name::new);
        tree.begin_if(code!("x"));
        tree.assignment(&dead, code!("1"));
        tree.begin_else(None);
        tree.assignment(&dead, code!("2"));
        tree.end();
        tree.begin_if(code!("y"));
        tree.goto(&used);
        tree.end();
        tree.label(&unused, "f.p4:1");
        tree.line(code!("a();"));
        tree.last_label(&used);
        assert_eq!(tree.finish().0, "if (y)\n\tgoto used;\n/* unused, f.p4:1 */\na();\nused:;\n");
    }

    #[test]
    fn a_jump_to_what_follows_is_taken_back() {
        let mut tree = Tree::default();
        let end = Name::new("end");
        tree.begin_single_if(code!("x"));
        tree.goto(&end);
        tree.end();
        assert!(tree.retract(&end) && !tree.retract(&end));
        assert_eq!(tree.finish().0, "");
    }
}
