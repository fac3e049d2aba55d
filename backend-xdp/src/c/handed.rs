//! What parts of a function hand over to one another: in go the parts ([`super::cut`]) and the variables that they had as one function; out
//! comes, for each part, which of them it needs as earlier parts have left them, and what stands in front of each call of the next.
//!
//! A variable that is given a value before it is read is a part's own. Any other that an earlier part may have changed is stored in front of the
//! call and loaded at the part's beginning; parts between that do not touch it leave it where it is.

use super::code::{Code, Name};
use super::cut::{each_node, look_at_each};
use super::tree::{Kind, Node, Tree};
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
    let mut all = Passed { needs: vec![None; parts.len()], parts, variables };
    (0..parts.len()).for_each(|part| all.find(part));
    let needs: Vec<BTreeSet<Name>> = all.needs.into_iter().map(Option::unwrap_or_default).collect();
    let mut handed = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let uses = names_in(&part.nodes, variables, false);
        let changes = names_in(&part.nodes, variables, true);
        let mut own = Handed::default();
        if at > 0 {
            own.loads
                .extend(needs.get(at).into_iter().flatten().filter(|name| uses.contains(*name)).cloned());
        }
        look_at_each(&part.nodes, &mut |node| {
            if let Kind::Next(next) = node.kind
                && own.stores.iter().all(|(known, _)| *known != next)
            {
                let stored = needs.get(next).into_iter().flatten();
                // What the first part does not touch is zero.
                let stored = stored.filter(|name| at == 0 || changes.contains(*name)).cloned().collect();
                own.stores.push((next, stored));
            }
        });
        handed.push(own);
    }
    handed
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

/// Variables that statements name; only those that they may change, if it is so wished.
fn names_in(nodes: &[Node], variables: &FxHashSet<Name>, changed: bool) -> FxHashSet<Name> {
    let mut found = FxHashSet::default();
    let mut take = |code: &Code| {
        code.each_name(|name| {
            if let Some(name) = variables.get(name) {
                found.insert(name.clone());
            }
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
type Needed = BTreeSet<Name>;

struct Passed<'p> {
    /// What each part needs at its beginning, once that was asked.
    needs: Vec<Option<Needed>>,
    parts: &'p [Tree],
    variables: &'p FxHashSet<Name>,
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
            needs: &self.needs,
            labels: FxHashMap::default(),
            breaks: Vec::new(),
        };
        let mut needed = walk.block(&tree.nodes, Needed::new());
        if part == 0 {
            needed.clear();
        }
        if let Some(slot) = self.needs.get_mut(part) {
            *slot = Some(needed);
        }
    }
}

/// A walk from the end of a part to its beginning.
struct Walk<'p> {
    variables: &'p FxHashSet<Name>,
    needs: &'p [Option<Needed>],
    /// What is needed at labels behind the point.
    labels: FxHashMap<&'p str, Needed>,
    /// What is needed behind the switches around it.
    breaks: Vec<Needed>,
}

impl<'p> Walk<'p> {
    fn take(&self, code: &Code, needed: &mut Needed) {
        code.each_name(|name| {
            if let Some(name) = self.variables.get(name) {
                needed.insert(name.clone());
            }
        });
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
                    needed.clear();
                } else if code.is("break;")
                    && let Some(behind) = self.breaks.last()
                {
                    needed.clone_from(behind);
                }
                self.take(code, needed);
            }
            Kind::Update { code, .. } => self.take(code, needed),
            Kind::Assign { variable, place, value, .. } => {
                if place.is(variable) {
                    needed.remove(variable);
                } else {
                    self.take(place, needed);
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
                            needed.extend(inner);
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
                    needed.extend(falls.iter().cloned());
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
            // A loop: in what order its statements are run does not matter here.
            Kind::Group { head, parts } => {
                self.take(head, needed);
                for part in parts {
                    self.take(&part.tail, needed);
                    look_at_each(&part.body, &mut |node| match &node.kind {
                        Kind::Goto(label) => needed.extend(self.at_label(label)),
                        Kind::Next(part) => needed.extend(self.at_part(*part)),
                        Kind::Plain(_)
                        | Kind::Update { .. }
                        | Kind::Assign { .. }
                        | Kind::Label { .. }
                        | Kind::If { .. }
                        | Kind::Switch { .. }
                        | Kind::Group { .. }
                        | Kind::Blank
                        | Kind::Cut => {}
                    });
                    needed.extend(names_in(&part.body, self.variables, false));
                }
            }
        }
    }

    /// A jump back: what may be needed there is not known yet.
    fn at_label(&self, label: &Name) -> Needed {
        self.labels.get(label.as_str()).cloned().unwrap_or_else(|| self.variables.iter().cloned().collect())
    }

    fn at_part(&self, part: usize) -> Needed {
        self.needs.get(part).cloned().flatten().unwrap_or_default()
    }
}
