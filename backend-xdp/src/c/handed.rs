//! What parts of a function hand over to one another: in go the parts ([`super::cut`]) and the variables that they had as one function; out
//! comes, for each part, which of them it needs as earlier parts have left them, and what stands in front of each call of the next; and which are
//! read before they are written on some way through all parts.
//!
//! A variable that is given a value before it is read is a part's own. Any other that an earlier part may have changed is stored in front of the
//! call and loaded at the part's beginning; parts between that do not touch it leave it where it is.

use super::code::{Code, Name, code};
use super::cut::{each_node, look_at_each};
use super::tree::{Kind, Node, SHARED, Tree};
use cranelift_entity::{EntityRef, entity_impl};
use p4xdp_midend::analysis::persistent::Set;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// What a part has to do with variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handed {
    /// Variables that it loads.
    pub loads: BTreeSet<Name>,
    /// Variables that it stores in front of the call of each part that it goes on with.
    stores: Vec<(usize, BTreeSet<Name>)>,
}

/// Finds out what parts hand over of `variables`. The first part has all from the beginning.
pub fn handed(parts: &[Tree], variables: &FxHashSet<Name>) -> Vec<Handed> {
    let numbered = Numbered::of(variables, &[]);
    let needs = needs(parts, &numbered);
    let mut handed = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let uses = names_in(&part.nodes, &numbered, false);
        let changes = names_in(&part.nodes, &numbered, true);
        let named = |part: usize, among: &FxHashSet<Variable>| -> BTreeSet<Name> {
            let Some(needed) = needs.get(part) else { return BTreeSet::new() };
            let found = among.iter().filter(|variable| needed.contains(**variable));
            found.filter_map(|variable| numbered.names.get(variable.index())).cloned().collect()
        };
        let mut own = Handed::default();
        if at > 0 {
            own.loads = named(at, &uses);
        }
        look_at_each(&part.nodes, &mut |node| {
            if let Kind::Next(next) = node.kind
                && own.stores.iter().all(|(known, _)| *known != next)
            {
                // What the first part does not touch is zero.
                let stored = if at == 0 { named(next, &numbered.all()) } else { named(next, &changes) };
                own.stores.push((next, stored));
            }
        });
        handed.push(own);
    }
    handed
}

/// Those of `members` of the shared structure that may be read before they are written, on some way that begins with the first part. `functions` are
/// those of loops, which `bpf_loop` calls.
pub fn read_first(parts: &[Tree], functions: &[&Tree], members: &FxHashSet<Name>) -> FxHashSet<Name> {
    let numbered = Numbered::of(members, functions);
    let needs = needs(parts, &numbered);
    let Some(first) = needs.first() else { return FxHashSet::default() };
    let read = numbered.numbers.iter().filter(|(_, variable)| first.contains(**variable));
    read.map(|(name, _)| name.clone()).collect()
}

/// Names of all that is handed over.
pub fn all_handed(handed: &[Handed]) -> BTreeSet<Name> {
    handed.iter().flat_map(|own| own.stores.iter().flat_map(|(_, stored)| stored).cloned()).collect()
}

impl Tree {
    /// Writes in front of each call of a next part what is stored for it, and the call.
    pub fn write_calls(
        &mut self,
        handed: &Handed,
        store: &dyn Fn(&Name) -> Code,
        call: &dyn Fn(usize) -> Code,
    ) {
        each_node(&mut self.nodes, &mut |node| {
            let is_call = |node: &Node| matches!(node.kind, Kind::Next(_));
            if let Kind::If { branches, braces, .. } = &mut node.kind {
                // A jump may stand without; a call is several statements.
                *braces |= branches.iter().any(|branch| branch.body.iter().any(is_call));
            }
            if let Kind::Next(next) = node.kind {
                let stored = handed.stores.iter().find(|(part, _)| *part == next);
                let lines = stored.into_iter().flat_map(|(_, names)| names).map(store).chain([call(next)]);
                node.kind = Kind::Plain(Code::join(lines, "\n"));
            }
        });
    }
}

/// A variable, or member of the shared structure, by a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Variable(u32);
entity_impl!(Variable);

/// All that is looked at.
struct Numbered {
    names: Vec<Name>,
    numbers: FxHashMap<Name, Variable>,
    /// What functions that `bpf_loop` calls name.
    in_functions: Vec<Variable>,
}

impl Numbered {
    fn of(variables: &FxHashSet<Name>, functions: &[&Tree]) -> Numbered {
        let names: Vec<Name> = variables.iter().cloned().collect();
        let numbers = names.iter().enumerate().map(|(at, name)| (name.clone(), Variable::new(at))).collect();
        let mut numbered = Numbered { names, numbers, in_functions: Vec::new() };
        let named: FxHashSet<Variable> =
            functions.iter().flat_map(|function| names_in(&function.nodes, &numbered, false)).collect();
        numbered.in_functions = named.into_iter().collect();
        numbered
    }

    fn all(&self) -> FxHashSet<Variable> {
        self.numbers.values().copied().collect()
    }

    fn each(&self, code: &Code, take: &mut dyn FnMut(Variable)) {
        code.each_name(|name| {
            if let Some(variable) = self.numbers.get(name) {
                take(*variable);
            }
            if name == "bpf_loop" {
                self.in_functions.iter().for_each(|variable| take(*variable));
            }
        });
    }
}

/// Variables that statements name; only those that they may change, if it is so wished.
fn names_in(nodes: &[Node], variables: &Numbered, changed: bool) -> FxHashSet<Variable> {
    let mut found = FxHashSet::default();
    let mut take = |code: &Code| {
        variables.each(code, &mut |variable| {
            found.insert(variable);
        });
    };
    look_at_each(nodes, &mut |node| match &node.kind {
        Kind::Plain(code) | Kind::Update { code, .. } => take(code),
        Kind::Assign { place, value, .. } => {
            take(place);
            take(value);
        }
        Kind::If { branches, .. } if !changed => {
            branches.iter().flat_map(|branch| &branch.condition).for_each(&mut take);
        }
        Kind::Switch { value, .. } if !changed => take(value),
        Kind::Group { head, parts } => {
            take(head);
            parts.iter().for_each(|part| take(&part.tail));
        }
        Kind::If { .. }
        | Kind::Switch { .. }
        | Kind::Goto(_)
        | Kind::Label { .. }
        | Kind::Blank
        | Kind::Cut
        | Kind::Next(_) => {}
    });
    found
}

/// What is needed at a point.
type Needed = Set<Variable>;

/// What each part needs at its beginning.
fn needs(parts: &[Tree], variables: &Numbered) -> Vec<Needed> {
    let mut all = Needed::default();
    variables.numbers.values().for_each(|variable| all.insert(*variable));
    let mut passed = Passed { needs: vec![None; parts.len()], parts, variables, all };
    (0..parts.len()).for_each(|part| passed.find(part));
    passed.needs.into_iter().map(Option::unwrap_or_default).collect()
}

struct Passed<'p> {
    /// What each part needs at its beginning, once that was asked.
    needs: Vec<Option<Needed>>,
    parts: &'p [Tree],
    variables: &'p Numbered,
    all: Needed,
}

impl Passed<'_> {
    fn find(&mut self, part: usize) {
        if self.needs.get(part).is_none_or(Option::is_some) {
            return;
        }
        let Some(tree) = self.parts.get(part) else { return };
        let mut next = Vec::new();
        look_at_each(&tree.nodes, &mut |node| {
            if let Kind::Next(there) = node.kind {
                next.push(there);
            }
        });
        next.iter().for_each(|&there| self.find(there));
        let mut walk = Walk {
            variables: self.variables,
            all: &self.all,
            needs: &self.needs,
            labels: FxHashMap::default(),
            breaks: Vec::new(),
        };
        let needed = walk.block(&tree.nodes, Needed::default());
        if let Some(slot) = self.needs.get_mut(part) {
            *slot = Some(needed);
        }
    }
}

/// A walk from the end of a part to its beginning.
struct Walk<'p> {
    variables: &'p Numbered,
    all: &'p Needed,
    needs: &'p [Option<Needed>],
    /// What is needed at labels behind the point.
    labels: FxHashMap<&'p str, Needed>,
    /// What is needed behind the switches around it.
    breaks: Vec<Needed>,
}

impl<'p> Walk<'p> {
    fn take(&self, code: &Code, needed: &mut Needed) {
        self.variables.each(code, &mut |variable| needed.insert(variable));
    }

    /// What is needed in front of statements, behind which this is.
    fn block(&mut self, nodes: &'p [Node], mut needed: Needed) -> Needed {
        for node in nodes.iter().rev() {
            self.node(node, &mut needed);
        }
        needed
    }

    fn node(&mut self, node: &'p Node, needed: &mut Needed) {
        match &node.kind {
            Kind::Plain(code) => {
                if code.starts_with("return ") {
                    *needed = Needed::default();
                } else if code.is("break;")
                    && let Some(behind) = self.breaks.last()
                {
                    needed.clone_from(behind);
                }
                self.take(code, needed);
            }
            Kind::Update { code, .. } => self.take(code, needed),
            Kind::Assign { variable, place, value, .. } => {
                match self.variables.numbers.get(variable) {
                    // As a variable, or as a member.
                    Some(number) if place.is(variable) || *place == code!("{}->{}", SHARED, variable) => {
                        needed.remove(*number);
                    }
                    Some(_) | None => self.take(place, needed),
                }
                self.take(value, needed);
            }
            Kind::Goto(label) => *needed = self.at_label(label),
            Kind::Label { name, .. } => {
                self.labels.insert(name.as_str(), needed.clone());
            }
            Kind::Next(part) => *needed = self.at_part(*part),
            Kind::Blank | Kind::Cut => {}
            Kind::If { branches, .. } => {
                let behind = needed.clone();
                // Where no condition holds, control goes on behind it.
                for branch in branches.iter().rev() {
                    let inner = self.block(&branch.body, behind.clone());
                    match &branch.condition {
                        Some(condition) => {
                            needed.add_all(&inner);
                            self.take(condition, needed);
                        }
                        None => *needed = inner,
                    }
                }
            }
            Kind::Switch { value, cases, .. } => {
                let behind = needed.clone();
                self.breaks.push(behind.clone());
                let mut falls = behind;
                for case in cases.iter().rev() {
                    falls = self.block(&case.body, falls);
                    needed.add_all(&falls);
                }
                self.breaks.pop();
                self.take(value, needed);
            }
            Kind::Group { head, parts } if head.is("{") && parts.len() == 1 => {
                for part in parts {
                    self.take(&part.tail, needed);
                    *needed = self.block(&part.body, std::mem::take(needed));
                }
            }
            // A loop: what any round reads may be needed behind each.
            Kind::Group { head, parts } => {
                self.take(head, needed);
                let behind = needed.clone();
                for part in parts {
                    let mut next = behind.clone();
                    self.take(&part.tail, &mut next);
                    names_in(&part.body, self.variables, false)
                        .into_iter()
                        .for_each(|name| next.insert(name));
                    self.breaks.push(behind.clone());
                    needed.add_all(&self.block(&part.body, next));
                    self.breaks.pop();
                    self.take(&part.tail, needed);
                }
            }
        }
    }

    /// A jump back: what may be needed there is not known yet.
    fn at_label(&self, label: &Name) -> Needed {
        self.labels.get(label.as_str()).unwrap_or(self.all).clone()
    }

    fn at_part(&self, part: usize) -> Needed {
        self.needs.get(part).cloned().flatten().unwrap_or_default()
    }
}
