//! A function that is too large for one program, cut into parts that call one another. In: a function's tree, with the points at which it
//! may be cut; out: a tree a part, in which [`Kind::Next`] says where control goes on.
//!
//! ```text
//! A;                        part 0:  A;                    part 1:  C; next 2      part 2:  E;
//! if (x) { B; cut; C; }  =>          if (x) { B; next 1 }
//! else { D; }                        else { D; }
//! cut; E;                            next 2
//! ```
//!
//! Statements are put into a part until it is full, and a new one begins at the point in front of those that have no room. Of a statement that
//! is larger than a part the branches are cut. A jump into another part goes on there, and so a label to which one leads begins a part;
//! what stands behind the last label of a function, if it is short, is in each part that jumps there. No part is run twice for a packet, since loops are
//! never cut.

use super::code::{Code, Name};
use super::liveness::collect_targets;
use super::tree::{Branch, Case, Kind, Node, Tree};
use super::weight;
use p4xdp_frontend::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// Instructions behind the last label of a function that are in each part.
const LONGEST_EPILOGUE: usize = 16;

/// Why a function cannot be cut as is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncut {
    /// Something that must be in one part is too large for it: where it begins, and about how many instructions it is.
    Statement(Span, usize),
    /// A jump leads into the middle of something that must be in one part.
    Jump(Span),
    /// So many parts are one behind the other.
    Chain(usize),
}

/// Cuts a function into parts of about `wanted` instructions, the first being where it begins. They are larger where it cannot be cut, or where
/// otherwise more than `longest` would be one behind the other, but not much larger than `most`.
///
/// # Errors
/// When something has no room in a part, or too many are one behind the other.
pub fn cut(body: &Tree, wanted: usize, most: usize, longest: usize) -> Result<Vec<Tree>, Uncut> {
    let mut size = wanted.min(most);
    loop {
        match cut_by(body.nodes.clone(), size, most, longest) {
            Err(Uncut::Chain(_)) if size < most => size = (size * 2).min(most),
            result => return result,
        }
    }
}

fn cut_by(mut nodes: Vec<Node>, size: usize, most: usize, longest: usize) -> Result<Vec<Tree>, Uncut> {
    let epilogue = take_epilogue(&mut nodes);
    let mut starts = FxHashSet::default();
    let mut parts = loop {
        let mut cutter =
            Cutter { most: size, starts: &starts, parts: Vec::new(), labels: FxHashMap::default() };
        cutter.part(nodes.clone(), None);
        let Cutter { parts, labels, .. } = cutter;
        let crossed = crossed(&parts, &labels, &epilogue);
        if crossed.iter().all(|label| starts.contains(label)) {
            break jumps_replaced(parts, &labels)?;
        }
        starts.extend(crossed);
    };
    if let Some(uncut) = too_large(&parts, most) {
        return Err(uncut);
    }
    for part in &mut parts {
        let mut targets = FxHashSet::default();
        collect_targets(part, &mut targets);
        if let Some((label, nodes)) = &epilogue
            && targets.contains(label.as_str())
        {
            part.extend(nodes.iter().cloned());
        }
    }
    let parts = without_detours(parts);
    let chain = longest_chain(&parts);
    if chain > longest {
        return Err(Uncut::Chain(chain));
    }
    Ok(parts.into_iter().map(Tree::of).collect())
}

/// Takes off what stands behind the last label, if that is short and straight.
fn take_epilogue(nodes: &mut Vec<Node>) -> Option<(Name, Vec<Node>)> {
    let at = nodes.iter().rposition(|node| matches!(node.kind, Kind::Label { .. }))?;
    let rest = nodes.get(at..)?;
    let straight = rest.iter().skip(1).all(|node| matches!(node.kind, Kind::Plain(_) | Kind::Blank));
    let name = match &rest.first()?.kind {
        Kind::Label { name, .. } => name.clone(),
        _ => return None,
    };
    (straight && weight::of(rest) <= LONGEST_EPILOGUE && !falls_off(rest))
        .then(|| (name, nodes.split_off(at)))
}

/// Labels that are jumped to from another part than theirs.
fn crossed(
    parts: &[Vec<Node>],
    labels: &FxHashMap<Name, usize>,
    epilogue: &Option<(Name, Vec<Node>)>,
) -> FxHashSet<Name> {
    let mut crossed = FxHashSet::default();
    for (at, part) in parts.iter().enumerate() {
        let mut targets = FxHashSet::default();
        collect_targets(part, &mut targets);
        for target in targets {
            let in_all = epilogue.as_ref().is_some_and(|(label, _)| label.as_str() == target);
            if !in_all && labels.get(target) != Some(&at) {
                crossed.insert(Name::new(target));
            }
        }
    }
    crossed
}

/// Makes of jumps to labels in other parts what they mean: those begin with them.
fn jumps_replaced(
    mut parts: Vec<Vec<Node>>,
    labels: &FxHashMap<Name, usize>,
) -> Result<Vec<Vec<Node>>, Uncut> {
    let begins: Vec<Option<Name>> = parts.iter().map(|part| first_label(part)).collect();
    let mut within = None;
    for (at, part) in parts.iter_mut().enumerate() {
        each_node(part, &mut |node| {
            if let Kind::Goto(label) = &node.kind
                && let Some(&there) = labels.get(label)
                && there != at
            {
                if begins.get(there).is_some_and(|begin| begin.as_ref() != Some(label)) {
                    within.get_or_insert(node.span);
                }
                node.kind = Kind::Next(there);
            }
        });
    }
    match within {
        Some(span) => Err(Uncut::Jump(span)),
        None => Ok(parts),
    }
}

fn first_label(part: &[Node]) -> Option<Name> {
    match &part.first()?.kind {
        Kind::Label { name, .. } => Some(name.clone()),
        _ => None,
    }
}

/// The largest thing in a part that is much larger than it may be.
fn too_large(parts: &[Vec<Node>], most: usize) -> Option<Uncut> {
    let largest = parts.iter().flatten().max_by_key(|node| weight::of_node(node))?;
    let weight = weight::of_node(largest);
    let whole = parts.iter().map(|part| weight::of(part)).max().unwrap_or(0);
    (whole > most + most / 2).then_some(Uncut::Statement(largest.span, weight))
}

/// Calls a part directly that others call by one which does nothing else.
fn without_detours(mut parts: Vec<Vec<Node>>) -> Vec<Vec<Node>> {
    let only = |part: &Vec<Node>| {
        let mut nodes =
            part.iter().filter(|n| !matches!(n.kind, Kind::Blank | Kind::Cut | Kind::Label { .. }));
        match (nodes.next().map(|node| &node.kind), nodes.next()) {
            (Some(Kind::Next(next)), None) => Some(*next),
            _ => None,
        }
    };
    let through: Vec<Option<usize>> = parts.iter().map(only).collect();
    let end = |mut part: usize| {
        // Parts call later ones alone, or those that a jump goes forward to: there is no circle.
        for _ in 0..through.len() {
            match through.get(part).copied().flatten() {
                Some(next) => part = next,
                None => break,
            }
        }
        part
    };
    for part in &mut parts {
        each_node(part, &mut |node| {
            if let Kind::Next(next) = &mut node.kind {
                *next = end(*next);
            }
        });
    }
    // Number those anew that are left.
    let mut reached = vec![false; parts.len()];
    let mut waiting = vec![0];
    while let Some(at) = waiting.pop() {
        if reached.get(at) == Some(&false)
            && let Some(flag) = reached.get_mut(at)
        {
            *flag = true;
            waiting.extend(parts.get(at).map(|part| nexts(part)).unwrap_or_default());
        }
    }
    let mut number = 0;
    let numbers: Vec<usize> = reached
        .iter()
        .map(|reached| {
            number += usize::from(*reached);
            number.saturating_sub(1)
        })
        .collect();
    let mut kept = reached.iter();
    parts.retain(|_| kept.next().copied().unwrap_or(false));
    for part in &mut parts {
        each_node(part, &mut |node| {
            if let Kind::Next(next) = &mut node.kind {
                *next = numbers.get(*next).copied().unwrap_or(*next);
            }
        });
    }
    parts
}

/// Parts one behind the other, at most.
fn longest_chain(parts: &[Vec<Node>]) -> usize {
    let next: Vec<Vec<usize>> = parts.iter().map(|part| nexts(part)).collect();
    fn from(at: usize, next: &[Vec<usize>], known: &mut Vec<Option<usize>>) -> usize {
        if let Some(known) = known.get(at).copied().flatten() {
            return known;
        }
        if let Some(slot) = known.get_mut(at) {
            *slot = Some(1);
        }
        let behind = next.get(at).into_iter().flatten().map(|&there| from(there, next, known)).max();
        let length = 1 + behind.unwrap_or(0);
        if let Some(slot) = known.get_mut(at) {
            *slot = Some(length);
        }
        length
    }
    from(0, &next, &mut vec![None; parts.len()])
}

/// The parts that one goes on with.
fn nexts(part: &[Node]) -> Vec<usize> {
    let mut found = Vec::new();
    look_at_each(part, &mut |node| {
        if let Kind::Next(next) = node.kind {
            found.push(next);
        }
    });
    found
}

/// True if control may come to the end.
fn falls_off(nodes: &[Node]) -> bool {
    let last = nodes.iter().rev().find(|node| !is_nothing(node));
    last.is_none_or(|node| match &node.kind {
        Kind::Goto(_) | Kind::Next(_) => false,
        Kind::Plain(code) => !code.starts_with("return "),
        Kind::Update { .. }
        | Kind::Assign { .. }
        | Kind::Label { .. }
        | Kind::If { .. }
        | Kind::Switch { .. }
        | Kind::Group { .. }
        | Kind::Blank
        | Kind::Cut => true,
    })
}

/// True for what does nothing but keep the verifier from telling ways apart, which the end of a part does as well.
fn is_nothing(node: &Node) -> bool {
    match &node.kind {
        Kind::Blank | Kind::Cut => true,
        Kind::Plain(code) => code.is("barrier();"),
        Kind::Update { .. }
        | Kind::Assign { .. }
        | Kind::Goto(_)
        | Kind::Label { .. }
        | Kind::If { .. }
        | Kind::Switch { .. }
        | Kind::Group { .. }
        | Kind::Next(_) => false,
    }
}

/// The blocks in a statement.
fn blocks(node: &Node) -> Vec<&Vec<Node>> {
    match &node.kind {
        Kind::If { branches, .. } => branches.iter().map(|branch| &branch.body).collect(),
        Kind::Switch { cases, .. } => cases.iter().map(|case| &case.body).collect(),
        Kind::Group { parts, .. } => parts.iter().map(|part| &part.body).collect(),
        Kind::Plain(_)
        | Kind::Update { .. }
        | Kind::Assign { .. }
        | Kind::Goto(_)
        | Kind::Label { .. }
        | Kind::Blank
        | Kind::Cut
        | Kind::Next(_) => Vec::new(),
    }
}

pub(super) fn look_at_each(nodes: &[Node], look: &mut dyn FnMut(&Node)) {
    for node in nodes {
        look(node);
        blocks(node).into_iter().for_each(|block| look_at_each(block, look));
    }
}

pub(super) fn each_node(nodes: &mut [Node], change: &mut dyn FnMut(&mut Node)) {
    for node in nodes {
        change(node);
        match &mut node.kind {
            Kind::If { branches, .. } => branches.iter_mut().for_each(|b| each_node(&mut b.body, change)),
            Kind::Switch { cases, .. } => cases.iter_mut().for_each(|c| each_node(&mut c.body, change)),
            Kind::Group { parts, .. } => parts.iter_mut().for_each(|p| each_node(&mut p.body, change)),
            Kind::Plain(_)
            | Kind::Update { .. }
            | Kind::Assign { .. }
            | Kind::Goto(_)
            | Kind::Label { .. }
            | Kind::Blank
            | Kind::Cut
            | Kind::Next(_) => {}
        }
    }
}

struct Cutter<'a> {
    /// Instructions of a part at most.
    most: usize,
    /// Labels that begin a part.
    starts: &'a FxHashSet<Name>,
    parts: Vec<Vec<Node>>,
    /// The part that each label is in.
    labels: FxHashMap<Name, usize>,
}

/// A part that is being filled.
struct Filling {
    part: usize,
    /// Instructions in it.
    used: usize,
}

impl Cutter<'_> {
    /// Makes a part of statements, behind which control goes on with `then`; at the end of a function it never gets there.
    fn part(&mut self, nodes: Vec<Node>, then: Option<usize>) -> usize {
        let part = self.reserve();
        self.fill(part, nodes, then);
        part
    }

    fn reserve(&mut self) -> usize {
        self.parts.push(Vec::new());
        self.parts.len() - 1
    }

    fn fill(&mut self, part: usize, nodes: Vec<Node>, then: Option<usize>) {
        let mut body = self.pack(nodes, &mut Filling { part, used: 0 }, then);
        if let Some(then) = then
            && falls_off(&body)
        {
            let span = body.last().map_or(Span::NONE, |node| node.span);
            body.push(Node { span, kind: Kind::Next(then) });
        }
        if let Some(slot) = self.parts.get_mut(part) {
            *slot = body;
        }
    }

    /// What of some statements has room in a part; behind it, control goes on where the caller says, or in the part to which `then` leads.
    fn pack(&mut self, nodes: Vec<Node>, filling: &mut Filling, then: Option<usize>) -> Vec<Node> {
        let mut out = Vec::with_capacity(nodes.len());
        let mut rest = nodes.into_iter();
        while let Some(node) = rest.next() {
            let remaining = rest.as_slice();
            let begins_part = match &node.kind {
                Kind::Cut => {
                    let next = up_to_cut(remaining);
                    let size = weight::of(next);
                    // What can be cut itself begins where there is still some room.
                    let begins_here =
                        size > self.most && filling.used * 2 <= self.most && next.iter().any(has_branches);
                    filling.used > 0 && filling.used + size > self.most && !begins_here
                }
                Kind::Label { name, .. } => self.starts.contains(name),
                _ => false,
            };
            if begins_part {
                let span = node.span;
                let part = self.reserve();
                let mut nodes: Vec<Node> = rest.collect();
                if let Kind::Label { name, .. } = &node.kind {
                    self.labels.insert(name.clone(), part);
                    nodes.insert(0, node);
                    self.fill_behind_label(part, nodes, then);
                } else {
                    self.fill(part, nodes, then);
                }
                out.push(Node { span, kind: Kind::Next(part) });
                return out;
            }
            let size = weight::of_node(&node);
            let too_large = filling.used + size > self.most && size > self.most || self.has_start(&node);
            let last = remaining.iter().all(is_nothing);
            let may_end = last || matches!(remaining.first().map(|node| &node.kind), Some(Kind::Cut));
            if too_large && may_end && has_branches(&node) {
                let span = node.span;
                let behind = if last { then } else { Some(self.reserve()) };
                out.push(self.branches(node, filling, behind));
                if let (Some(part), false) = (behind, last) {
                    out.push(Node { span, kind: Kind::Next(part) });
                    self.fill(part, rest.collect(), then);
                    return out;
                }
                continue;
            }
            self.note_labels(std::slice::from_ref(&node), filling.part);
            filling.used += size;
            out.push(node);
        }
        out
    }

    /// Fills a part that begins with a label, which does not begin another.
    fn fill_behind_label(&mut self, part: usize, mut nodes: Vec<Node>, then: Option<usize>) {
        let label = nodes.remove(0);
        self.fill(part, nodes, then);
        if let Some(slot) = self.parts.get_mut(part) {
            slot.insert(0, label);
        }
    }

    /// A statement whose branches are cut; behind it control goes on with `behind`.
    fn branches(&mut self, node: Node, filling: &mut Filling, behind: Option<usize>) -> Node {
        let span = node.span;
        let kind = match node.kind {
            Kind::If { branches, end, .. } => {
                let mut cut = Vec::with_capacity(branches.len());
                for Branch { span, condition, body } in branches {
                    filling.used += condition.as_ref().map_or(0, weight::of_condition);
                    let body = self.pack(body, filling, behind);
                    cut.push(Branch { span, condition, body });
                }
                Kind::If { branches: cut, braces: true, end }
            }
            Kind::Switch { value, cases, end } => {
                let mut cut = Vec::with_capacity(cases.len());
                for Case { label, mut body } in cases {
                    filling.used += weight::CASE;
                    let ends = take_break(&mut body);
                    if ends.is_some() || !falls_off(&body) {
                        body = self.pack(body, filling, behind);
                    } else {
                        self.note_labels(&body, filling.part);
                        filling.used += weight::of(&body);
                    }
                    body.extend(ends.filter(|_| falls_off(&body)));
                    cut.push(Case { label, body });
                }
                Kind::Switch { value, cases: cut, end }
            }
            kind => kind,
        };
        Node { span, kind }
    }

    fn has_start(&self, node: &Node) -> bool {
        if self.starts.is_empty() {
            return false;
        }
        let mut found = false;
        look_at_each(std::slice::from_ref(node), &mut |node| {
            found |= matches!(&node.kind, Kind::Label { name, .. } if self.starts.contains(name));
        });
        found
    }

    fn note_labels(&mut self, nodes: &[Node], part: usize) {
        look_at_each(nodes, &mut |node| {
            if let Kind::Label { name, .. } = &node.kind {
                self.labels.insert(name.clone(), part);
            }
        });
    }
}

/// True if a statement's branches may be cut.
fn has_branches(node: &Node) -> bool {
    matches!(node.kind, Kind::If { .. } | Kind::Switch { .. })
}

/// Statements in front of the next point of a block at which it may be cut.
fn up_to_cut(nodes: &[Node]) -> &[Node] {
    let end = nodes.iter().position(|node| matches!(node.kind, Kind::Cut)).unwrap_or(nodes.len());
    nodes.get(..end).unwrap_or_default()
}

/// Takes the `break` off that ends a case.
fn take_break(body: &mut Vec<Node>) -> Option<Node> {
    let is_break = |code: &Code| code.is("break;");
    match body.last().map(|node| &node.kind) {
        Some(Kind::Plain(code)) if is_break(code) => body.pop(),
        _ => None,
    }
}
