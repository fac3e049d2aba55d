//! Parser graphs and control flow for Graphviz: one cluster a stage.

use super::Printer;
use crate::ir::*;
use cranelift_entity::EntityRef;
use std::fmt::Write;

/// The program's stages as one directed graph.
pub fn dot(program: &Program) -> String {
    let mut text = String::new();
    let printer = Printer::new(program, &mut text);
    let mut out = String::from("digraph {\n    node [shape=box, fontname=monospace];\n");
    for (at, stage) in program.stages.iter().enumerate() {
        let _ = writeln!(out, "    subgraph cluster_{at} {{");
        let mut graph = Graph { printer: &printer, out, prefix: format!("s{at}"), nodes: 0 };
        match stage.block {
            StageBlock::Parser(id) => {
                graph.title(&stage.role, "parser", &program.parsers[id].name);
                graph.parser(id);
            }
            StageBlock::Control(id) => {
                graph.title(&stage.role, "control", &program.controls[id].name);
                graph.control(&program.controls[id].body);
            }
        }
        out = graph.out;
        out.push_str("    }\n");
    }
    out.push_str("}\n");
    out
}

struct Graph<'a, 'p> {
    printer: &'a Printer<'p>,
    out: String,
    prefix: String,
    nodes: usize,
}

/// Ends of the flow that still have to be joined to what follows: node and label of the edge.
type Ends = Vec<(String, String)>;

impl Graph<'_, '_> {
    fn title(&mut self, role: &str, kind: &str, name: &str) {
        let _ = writeln!(self.out, "        label={};", quoted(&format!("{role}: {kind} {name}")));
    }

    fn node(&mut self, text: &str, attributes: &str) -> String {
        let id = format!("{}_{}", self.prefix, self.nodes);
        self.nodes += 1;
        let _ = writeln!(self.out, "        {id} [label={}{attributes}];", quoted(text));
        id
    }

    fn edge(&mut self, from: &str, to: &str, label: &str) {
        if label.is_empty() {
            let _ = writeln!(self.out, "        {from} -> {to};");
        } else {
            let _ = writeln!(self.out, "        {from} -> {to} [label={}];", quoted(label));
        }
    }

    fn parser(&mut self, id: ParserId) {
        let parser = &self.printer.program.parsers[id];
        let name = |target: Target, prefix: &str| match target {
            Target::State(state) => format!("{prefix}_state{}", state.index()),
            Target::Accept => format!("{prefix}_accept"),
            Target::Reject => format!("{prefix}_reject"),
        };
        let prefix = self.prefix.clone();
        for (state, content) in parser.states.iter() {
            let mut lines = vec![self.printer.names.state(id, state).to_string()];
            visit::statements(&content.body, &mut |stmt| lines.extend(self.printer.summary(stmt)));
            let node = name(Target::State(state), &prefix);
            let _ = writeln!(self.out, "        {node} [label={}];", lines_quoted(&lines));
        }
        let _ = writeln!(self.out, "        {prefix}_accept [label=accept, shape=oval];");
        let _ = writeln!(self.out, "        {prefix}_reject [label=reject, shape=oval];");
        let start = self.node("", ", shape=point");
        self.edge(&start, &name(Target::State(parser.start), &prefix), "");
        for (state, content) in parser.states.iter() {
            let from = name(Target::State(state), &prefix);
            match &content.transition {
                Transition::Direct(target) => self.edge(&from, &name(*target, &prefix), ""),
                Transition::Select { keys, cases } => {
                    let keys: Vec<String> = keys.iter().map(|k| self.printer.expr(k)).collect();
                    for case in cases {
                        let sets: Vec<String> = case.keysets.iter().map(|k| self.printer.keyset(k)).collect();
                        let all = case.keysets.iter().all(|set| *set == Keyset::Universal);
                        let label = if all {
                            "default".to_owned()
                        } else {
                            format!("{} = {}", keys.join(", "), sets.join(", "))
                        };
                        self.edge(&from, &name(case.target, &prefix), &label);
                    }
                }
            }
        }
    }

    fn control(&mut self, body: &[Stmt]) {
        let start = self.node("", ", shape=point");
        let mut left = Vec::new();
        let mut ends = self.block(body, vec![(start, String::new())], &mut left);
        ends.extend(left.into_iter().map(|(_, from, label)| (from, label)));
        let end = self.node("end", ", shape=oval");
        for (from, label) in ends {
            self.edge(&from, &end, &label);
        }
    }

    /// Draws a block; plain statements that follow one another share a node. Answers where control leaves its end.
    fn block(&mut self, block: &[Stmt], mut ends: Ends, left: &mut Vec<(LabelId, String, String)>) -> Ends {
        let mut plain: Vec<String> = Vec::new();
        for stmt in block {
            if stmt.blocks().is_empty() && !matches!(stmt.kind, StmtKind::Leave(_)) {
                plain.extend(self.printer.summary(stmt));
                continue;
            }
            ends = self.flush(&mut plain, ends);
            match &stmt.kind {
                StmtKind::If { condition, then_block, else_block } => {
                    let text = self.printer.expr(condition);
                    let node = self.node(&text, ", shape=diamond");
                    self.join(ends, &node);
                    ends = self.block(then_block, vec![(node.clone(), "true".into())], left);
                    ends.extend(self.block(else_block, vec![(node, "false".into())], left));
                }
                StmtKind::Switch { scrutinee, cases, default } => {
                    let text = self.printer.expr(scrutinee);
                    let node = self.node(&text, ", shape=diamond");
                    self.join(ends, &node);
                    ends = self.block(default, vec![(node.clone(), "default".into())], left);
                    for (values, block) in cases {
                        let values: Vec<String> = values.iter().map(|v| format!("{v:#x}")).collect();
                        ends.extend(self.block(block, vec![(node.clone(), values.join(", "))], left));
                    }
                }
                StmtKind::Labelled { label, body, .. } => {
                    ends = self.block(body, ends, left);
                    let (here, others) = std::mem::take(left).into_iter().partition(|(l, _, _)| l == label);
                    *left = others;
                    let here: Vec<(LabelId, String, String)> = here;
                    ends.extend(here.into_iter().map(|(_, from, text)| (from, text)));
                }
                StmtKind::Leave(label) => {
                    left.extend(ends.drain(..).map(|(from, text)| (*label, from, text)));
                    return ends;
                }
                StmtKind::Loop { body, .. } => {
                    let node = self.node("loop", "");
                    self.join(ends, &node);
                    let back = self.block(body, vec![(node.clone(), String::new())], left);
                    self.join(back, &node);
                    return Vec::new();
                }
                _ => {}
            }
        }
        self.flush(&mut plain, ends)
    }

    fn flush(&mut self, plain: &mut Vec<String>, ends: Ends) -> Ends {
        if plain.is_empty() {
            return ends;
        }
        let id = format!("{}_{}", self.prefix, self.nodes);
        self.nodes += 1;
        let _ = writeln!(self.out, "        {id} [label={}];", lines_quoted(plain));
        plain.clear();
        self.join(ends, &id);
        vec![(id, String::new())]
    }

    fn join(&mut self, ends: Ends, to: &str) {
        for (from, label) in ends {
            self.edge(&from, to, &label);
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Lines in one label, each aligned to the left.
fn lines_quoted(lines: &[String]) -> String {
    let text: Vec<String> =
        lines.iter().map(|line| line.replace('\\', "\\\\").replace('"', "\\\"") + "\\l").collect();
    format!("\"{}\"", text.concat())
}
