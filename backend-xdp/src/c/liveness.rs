//! Which statements of a tree matter. In goes a tree, out come the names that it uses, and what nobody reads is taken out: P4's intrinsic
//! outputs, parser errors and stack indices are written far more often than they are looked at.

use super::code::{Code, Name};
use super::tree::{Branch, Kind, Node, Tree};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is known of a tree's statements before dead ones are out.
#[derive(Default)]
struct Uses<'t> {
    /// Code that stays in any case.
    roots: Vec<&'t Code>,
    /// Updates: the names that they wait for, and what they use once all are read.
    updates: Vec<(Vec<&'t Name>, Vec<&'t Code>)>,
}

impl<'t> Uses<'t> {
    fn collect(&mut self, nodes: &'t [Node]) {
        for node in nodes {
            match &node.kind {
                Kind::Plain(code) => self.roots.push(code),
                Kind::Update { sets, code, effect } => {
                    self.updates.push((sets.iter().collect(), vec![code]));
                    self.roots.extend(effect);
                }
                Kind::Assign { variable, place, value, effect } => {
                    self.updates.push((vec![variable], vec![place, value]));
                    self.roots.extend(effect);
                }
                Kind::Goto(_) | Kind::Label { .. } | Kind::Blank | Kind::Cut | Kind::Next(_) => {}
                Kind::If { branches, .. } => {
                    for branch in branches {
                        self.roots.extend(&branch.condition);
                        self.collect(&branch.body);
                    }
                }
                Kind::Switch { value, cases, .. } => {
                    self.roots.push(value);
                    for case in cases {
                        self.roots.push(&case.label.0);
                        self.collect(&case.body);
                    }
                }
                Kind::Group { head, parts } => {
                    self.roots.push(head);
                    for part in parts {
                        self.roots.push(&part.tail);
                        self.collect(&part.body);
                    }
                }
            }
        }
    }

    fn names(self) -> FxHashSet<&'t str> {
        let mut used = FxHashSet::default();
        let mut waiting: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        let mut missing: Vec<usize> = Vec::with_capacity(self.updates.len());
        for (at, (sets, _)) in self.updates.iter().enumerate() {
            missing.push(sets.len());
            for name in sets {
                waiting.entry(name.as_str()).or_default().push(at);
            }
        }
        let mut codes = self.roots;
        while let Some(code) = codes.pop() {
            code.each_name(|name| {
                if !used.insert(name) {
                    return;
                }
                for at in waiting.remove(name).unwrap_or_default() {
                    let (Some(missing), Some((_, update))) = (missing.get_mut(at), self.updates.get(at))
                    else {
                        continue;
                    };
                    *missing -= 1;
                    if *missing == 0 {
                        codes.extend(update);
                    }
                }
            });
        }
        used
    }
}

impl Tree {
    /// The names that it uses, dead updates left out. What is still open is not seen but for the innermost block.
    pub fn names(&self) -> FxHashSet<&str> {
        Tree::names_in([self])
    }

    /// The names that several trees use, whichever of them reads what another has updated.
    pub fn names_in<'t>(trees: impl IntoIterator<Item = &'t Tree>) -> FxHashSet<&'t str> {
        let mut uses = Uses::default();
        trees.into_iter().for_each(|tree| uses.collect(&tree.nodes));
        uses.names()
    }

    /// The names that it mentions, whether anybody reads what it updates or not.
    pub fn mentions(&self) -> FxHashSet<&str> {
        let mut uses = Uses::default();
        uses.collect(&self.nodes);
        let updates = uses.updates.iter().flat_map(|(_, codes)| codes.iter().copied());
        let mut names = FxHashSet::default();
        uses.roots.iter().copied().chain(updates).for_each(|code| {
            code.each_name(|name| {
                names.insert(name);
            });
        });
        names
    }

    /// True if something goes to the label.
    pub fn goes_to(&self, label: &str) -> bool {
        let mut targets = FxHashSet::default();
        collect_targets(&self.nodes, &mut targets);
        targets.contains(label)
    }

    /// Takes out updates that nobody reads, tests that then decide nothing, and labels that nothing goes to.
    pub fn prune(&mut self) {
        Tree::prune_all(&mut [self]);
    }

    /// The same in several trees, of which one may read what another updates.
    pub fn prune_all(trees: &mut [&mut Tree]) {
        loop {
            let used = Tree::names_in(trees.iter().map(|tree| &**tree));
            let used: FxHashSet<String> = used.into_iter().map(str::to_owned).collect();
            let mut targets = FxHashSet::default();
            trees.iter().for_each(|tree| collect_targets(&tree.nodes, &mut targets));
            let targets: FxHashSet<String> = targets.into_iter().map(str::to_owned).collect();
            let mut changed = false;
            for tree in trees.iter_mut() {
                changed |= prune(&mut tree.nodes, &used, &targets);
            }
            if !changed {
                return;
            }
        }
    }
}

pub(super) fn collect_targets<'t>(nodes: &'t [Node], into: &mut FxHashSet<&'t str>) {
    for node in nodes {
        match &node.kind {
            Kind::Goto(name) => {
                into.insert(name.as_str());
            }
            Kind::If { branches, .. } => branches.iter().for_each(|b| collect_targets(&b.body, into)),
            Kind::Switch { cases, .. } => cases.iter().for_each(|c| collect_targets(&c.body, into)),
            Kind::Group { parts, .. } => parts.iter().for_each(|p| collect_targets(&p.body, into)),
            Kind::Plain(_)
            | Kind::Update { .. }
            | Kind::Assign { .. }
            | Kind::Label { .. }
            | Kind::Blank
            | Kind::Cut
            | Kind::Next(_) => {}
        }
    }
}

/// One round; true if anything was taken out.
fn prune(nodes: &mut Vec<Node>, used: &FxHashSet<String>, targets: &FxHashSet<String>) -> bool {
    let mut changed = false;
    let is_used = |name: &Name| used.contains(name.as_str());
    nodes.retain_mut(|node| {
        let mut stays = true;
        match &mut node.kind {
            Kind::Update { sets, effect, .. } if !sets.iter().all(is_used) => {
                stays = effect.is_some();
                if let Some(effect) = effect.take() {
                    node.kind = Kind::Plain(effect);
                }
                changed = true;
            }
            Kind::Assign { variable, effect, .. } if !is_used(variable) => {
                stays = effect.is_some();
                if let Some(effect) = effect.take() {
                    node.kind = Kind::Plain(effect);
                }
                changed = true;
            }
            Kind::Label { name, origin, .. } if !targets.contains(name.as_str()) => {
                stays = !origin.is_empty();
                node.kind = Kind::Plain(Code::text(format!("/* {name}, {origin} */")));
                changed = true;
            }
            Kind::If { branches, .. } => {
                for branch in branches.iter_mut() {
                    changed |= prune(&mut branch.body, used, targets);
                }
                let before = branches.len();
                while branches.len() > 1 && branches.last().is_some_and(does_nothing) {
                    branches.pop();
                }
                stays = !(branches.len() == 1 && branches.iter().all(does_nothing));
                changed |= branches.len() < before || !stays;
            }
            Kind::Switch { cases, .. } => {
                for case in cases {
                    changed |= prune(&mut case.body, used, targets);
                }
            }
            Kind::Group { parts, .. } => {
                for part in parts {
                    changed |= prune(&mut part.body, used, targets);
                }
            }
            Kind::Plain(_)
            | Kind::Update { .. }
            | Kind::Assign { .. }
            | Kind::Goto(_)
            | Kind::Label { .. }
            | Kind::Blank
            | Kind::Cut
            | Kind::Next(_) => {}
        }
        stays
    });
    changed
}

fn does_nothing(branch: &Branch) -> bool {
    branch.body.iter().all(|node| matches!(node.kind, Kind::Cut))
}
