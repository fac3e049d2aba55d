//! Parsers as graphs for Graphviz: a node a state, an edge a transition with what it selects by.

use super::Printer;
use crate::ir::{Keyset, Program, Target, Transition};
use std::fmt::Write;

/// One `digraph` with a cluster for each parser.
pub fn dot(program: &Program) -> String {
    let mut out = String::from(
        "digraph {\n    node [shape=box, fontname=monospace];\n    edge [fontname=monospace];\n",
    );
    let mut scratch = String::new();
    let printer = Printer::new(program, &mut scratch);
    for (id, parser) in program.parsers.iter() {
        let node = |target: Target| match target {
            Target::State(state) => format!("\"{id}.{state}\""),
            Target::Accept => format!("\"{id}.accept\""),
            Target::Reject => format!("\"{id}.reject\""),
        };
        // Writing to a string cannot fail.
        let _ =
            writeln!(out, "    subgraph \"cluster_{id}\" {{\n        label=\"{}\";", escape(&parser.name));
        for (state, described) in parser.states.iter() {
            let bold = if state == parser.start { ", style=bold" } else { "" };
            let _ = writeln!(
                out,
                "        {} [label=\"{}\"{bold}];",
                node(Target::State(state)),
                escape(&described.name)
            );
        }
        for (target, label) in [(Target::Accept, "accept"), (Target::Reject, "reject")] {
            let _ = writeln!(out, "        {} [label=\"{label}\", shape=ellipse];", node(target));
        }
        for (state, described) in parser.states.iter() {
            let from = node(Target::State(state));
            match &described.transition {
                Transition::Direct(target) => {
                    let _ = writeln!(out, "        {from} -> {};", node(*target));
                }
                Transition::Select { keys, cases } => {
                    let keys: Vec<String> = keys.iter().map(|key| printer.expr(key)).collect();
                    for case in cases {
                        let sets: Vec<String> = case.keysets.iter().map(|set| printer.keyset(set)).collect();
                        let label = if case.keysets.iter().all(|set| *set == Keyset::Universal) {
                            "default".to_owned()
                        } else {
                            format!("{} = {}", keys.join(", "), sets.join(", "))
                        };
                        let _ = writeln!(
                            out,
                            "        {from} -> {} [label=\"{}\"];",
                            node(case.target),
                            escape(&label)
                        );
                    }
                }
            }
        }
        out.push_str("    }\n");
    }
    out.push_str("}\n");
    out
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
