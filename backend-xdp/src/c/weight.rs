//! How large code will be: statements in, an estimate of the instructions that clang makes of them out.
//!
//! An instruction handles one value, so names are counted, and those of the prelude that are functions of some length count for what is in
//! them. The estimate is meant to be right for functions of many statements; that it is for those of `testdata/generated` and `examples` is
//! held by `tests/split.rs`.

use super::code::Code;
use super::tree::{Kind, Node, Tree};
use p4xdp_frontend::source::Span;

/// Instructions in functions of the prelude, beside those that fetch their arguments.
const LONG: &[(&str, usize)] = &[
    ("bpf_map_lookup_elem", 4),
    ("copy_bytes", 12),
    ("crc16_bits", 80),
    ("crc16_bytes", 60),
    ("crc32_bits", 80),
    ("crc32_bytes", 60),
    ("crc_custom_bits", 60),
    ("crc_custom_bytes", 40),
    ("crc_custom_first", 3),
    ("crc_custom_last", 24),
    ("csum_words", 3),
    ("int_div", 14),
    ("int_mod", 14),
    ("int_mul128", 24),
    ("int_shl128", 10),
    ("int_shr128", 10),
    ("int_sar128", 14),
    ("load_be_bytes", 14),
    ("load_wire24", 3),
    ("load_wire40", 3),
    ("load_wire48", 3),
    ("load_wire56", 5),
    ("move_down", 12),
    ("move_up", 12),
    ("store_be_bytes", 14),
    ("store_wire24", 2),
    ("store_wire40", 2),
    ("store_wire48", 2),
    ("store_wire56", 4),
    ("xdp_count", 8),
    ("xdp_count_sparse", 30),
];

/// What a branch counts for, beside its instructions: the verifier keeps note of far fewer branches than a program may have instructions.
const BRANCH: usize = 2;

/// A case of a switch: its test.
pub(super) const CASE: usize = 2 + BRANCH;

impl Tree {
    /// Instructions that it comes to, about, and something for each branch.
    pub fn weight(&self) -> usize {
        of(&self.nodes)
    }

    /// Where its largest statement comes from.
    pub fn largest(&self) -> Span {
        self.nodes.iter().max_by_key(|node| of_node(node)).map_or(Span::NONE, |node| node.span)
    }
}

/// Instructions that statements come to, about, and something for each branch.
pub(super) fn of(nodes: &[Node]) -> usize {
    nodes.iter().map(of_node).sum()
}

/// The same of one statement with all that is in it.
pub(super) fn of_node(node: &Node) -> usize {
    match &node.kind {
        Kind::Plain(code) | Kind::Update { code, .. } => {
            of_code(code) + if code.starts_with("if (") { BRANCH } else { 0 }
        }
        Kind::Assign { place, value, .. } => of_code(value) + of_code(place).saturating_sub(1),
        Kind::Goto(_) | Kind::Next(_) => 1,
        Kind::Label { .. } | Kind::Blank | Kind::Cut => 0,
        Kind::If { branches, .. } => {
            let conditions = branches.iter().flat_map(|branch| &branch.condition);
            let tests: usize = conditions.map(of_condition).sum();
            tests + branches.iter().map(|branch| of(&branch.body)).sum::<usize>()
        }
        Kind::Switch { value, cases, .. } => {
            of_code(value) + cases.iter().map(|case| CASE + of(&case.body)).sum::<usize>()
        }
        Kind::Group { head, parts } => {
            of_code(head) + parts.iter().map(|part| of(&part.body) + of_code(&part.tail)).sum::<usize>()
        }
    }
}

/// The same of a condition, with the jump.
pub(super) fn of_condition(condition: &Code) -> usize {
    1 + BRANCH + of_code(condition)
}

fn of_code(code: &Code) -> usize {
    let mut sum = 0;
    code.each_name(|name| {
        sum += 1 + LONG.iter().find(|(long, _)| *long == name).map_or(0, |(_, more)| *more);
    });
    sum
}
