//! Tables, actions and keysets.

use super::expr::fits;
use super::{Region, Validator};
use crate::ir::*;
use rustc_hash::{FxHashMap, FxHashSet};

impl Validator<'_> {
    /// Tables, and actions in the light of where their tables are applied. Controls have been checked before.
    pub(super) fn tables(&mut self) {
        let program = self.program;
        let mut around: FxHashMap<ActionId, FxHashSet<LabelId>> = FxHashMap::default();
        for (id, table) in program.tables.iter() {
            self.span = table.span;
            self.table(table);
            let Some(open) = self.applied_within.get(&id) else {
                continue;
            };
            for action in &table.actions {
                around
                    .entry(action.action)
                    .and_modify(|all| all.retain(|l| open.contains(l)))
                    .or_insert_with(|| open.clone());
            }
        }
        self.region = Region::Action;
        for (id, action) in program.actions.iter() {
            self.span = action.span;
            let mut locals = FxHashSet::default();
            for param in &action.params {
                self.require(locals.insert(param.local), "two parameters in one local");
                self.local_is(param.local, param.ty, "an action's parameter");
            }
            // An action that no applied table has may leave anything: nobody runs it.
            self.open = match around.get(&id) {
                Some(labels) => labels.iter().copied().collect(),
                None => program.labels.keys().collect(),
            };
            self.block(&action.body);
        }
    }

    fn table(&mut self, table: &Table) {
        self.region = Region::Control;
        let types: Vec<ScalarType> = table.keys.iter().map(|k| self.expr(&k.expr)).collect();
        for there in table.keys.iter().filter_map(|key| key.there.as_ref()) {
            let ty = self.expr(there);
            self.require(ty == ScalarType::Bool, "whether a key is there is no truth value");
        }
        for action in &table.actions {
            self.require(self.program.actions.is_valid(action.action), "an action that does not exist");
        }
        self.action_call(table, &table.default_action);
        let forbidden = table.actions.get(table.default_action.action).is_some_and(|a| a.table_only);
        self.require(!forbidden, "a default action that is table-only");
        for entry in &table.entries {
            self.span = entry.span;
            self.keysets(&entry.keysets, &types, false);
            self.action_call(table, &entry.action);
            let forbidden = table.actions.get(entry.action.action).is_some_and(|a| a.default_only);
            self.require(!forbidden, "an entry with a default-only action");
        }
        for (_, value) in &table.properties {
            match value {
                PropertyValue::Extern(id) => {
                    self.require(self.program.externs.is_valid(*id), "a property's extern does not exist");
                }
                PropertyValue::Const(arg) => self.arg(arg),
                PropertyValue::Action(call) => self.action_call(table, call),
            }
        }
    }

    fn action_call(&mut self, table: &Table, call: &ActionCall) {
        let action = table.actions.get(call.action).and_then(|a| self.program.actions.find(a.action));
        let Some(action) = action else {
            self.fail("an action call outside of the table's list");
            return;
        };
        self.require(
            action.params.len() == call.args.len(),
            "an action call with another number of arguments",
        );
        for (param, arg) in action.params.iter().zip(&call.args) {
            self.require(fits(arg, param.ty.width()), "an action's argument wider than the parameter");
        }
    }

    /// A value set stands for as many keys as it has.
    pub(super) fn value_sets(&mut self, keysets: &[Keyset], types: &[ScalarType]) {
        for (at, keyset) in keysets.iter().enumerate() {
            let Keyset::ValueSet(id) = keyset else {
                continue;
            };
            let Some(set) = self.program.value_sets.find(*id) else {
                continue;
            };
            let end = at + set.keys.len();
            let own = set.keys.iter().map(|key| key.ty);
            let fits = types.get(at..end).is_some_and(|types| own.eq(types.iter().copied()));
            self.require(fits, "a value set of other types than its keys");
            let behind = keysets.get(at + 1..end).unwrap_or_default();
            let universal = behind.iter().all(|k| *k == Keyset::Universal);
            self.require(universal, "a keyset where a value set already stands");
        }
    }

    pub(super) fn keysets(&mut self, keysets: &[Keyset], types: &[ScalarType], in_select: bool) {
        self.require(keysets.len() == types.len(), "another number of keysets than keys");
        for (keyset, ty) in keysets.iter().zip(types) {
            let width = ty.width();
            let fit = match keyset {
                Keyset::Universal => true,
                Keyset::Value(value) => fits(value, width),
                Keyset::Mask { value: a, mask: b } | Keyset::Range { lo: a, hi: b } => {
                    fits(a, width) && fits(b, width)
                }
                Keyset::ValueSet(id) => {
                    self.require(in_select, "a value set outside of a select");
                    self.program.value_sets.is_valid(*id)
                }
            };
            self.require(fit, "a keyset wider than its key, or a value set that does not exist");
        }
    }
}
