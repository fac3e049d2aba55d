//! Tables: key, lookup, and the action that runs.
//!
//! ```text
//! {
//!         struct routes_key routes_key __attribute__((aligned(8))) = { .prefixlen = 32, .dst = ipv4->dst };
//!         struct routes_value *routes_entry = bpf_map_lookup_elem(&routes, &routes_key);
//!
//!         if (!routes_entry)
//!                 routes_entry = &default_actions.routes;
//!         switch (routes_entry->action) {
//!         case ROUTES_FORWARD: ...
//! ```
//!
//! There is one lookup and one switch, whether an entry was found or not. A default action that nobody may change is
//! code instead, and so are constant entries ([`entries`]).

mod added;
mod declare;
mod entries;
mod keys;
mod params;
mod profile;

use super::{Colour, Cx};
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::{CExpr, CType, Prec};
use crate::layout::paths::Paths;
use crate::tables::sets::SetLayout;
use crate::tables::strategy::TableStorage;
use crate::tables::{DEFAULTS, DefaultPlace, TableLayout};
use entries::has_fallback;
use keys::Keys;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Expr, KeyElement, LocalId, Table, TableId, ValueSetId};
use std::rc::Rc;

pub(super) use params::{WireParam, host_member};

/// One application of a table.
#[derive(Clone, Copy)]
struct Application<'t> {
    table: &'t Table,
    layout: &'t TableLayout,
    hit: Option<LocalId>,
    action_run: Option<LocalId>,
}

/// Where the number of the action to run and its parameters come from.
enum Selected<'s> {
    /// A value: the C expressions of its action's number, and of a pointer to it.
    Value { number: CExpr, pointer: &'s Name },
    /// A variable has the number, and the parameters are in their variables.
    Variables { number: Name },
}

impl Cx<'_> {
    /// Writes the application of a table: `hit` and `action_run` receive what the statement's definition says.
    pub(super) fn apply_table(
        &mut self,
        id: TableId,
        hit: Option<LocalId>,
        action_run: Option<LocalId>,
        span: Span,
    ) {
        let tables = Rc::clone(&self.module.tables);
        let table = &self.program.tables[id];
        let application = Application { table, layout: &tables.layouts[id], hit, action_run };
        self.heading(&format!("table {}", table.name), span);
        self.out.begin(code!("{"));
        let outer = (
            self.colour.replace(Colour::Green),
            self.entry_number.replace(code!("0")),
            self.applied.replace(id),
        );
        match &application.layout.storage {
            Some(storage) => self.apply_stored(&application, storage.as_ref()),
            None if table.entries.is_empty() => {
                self.assign_hit(&application, code!("@false"));
                self.apply_default(&application);
            }
            None => self.apply_code(&application),
        }
        (self.colour, self.entry_number, self.applied) = outer;
        self.out.end();
    }

    /// What a match does to what hangs on entries; `found` is true then, and `number` the entry's.
    fn match_entry(&mut self, application: &Application<'_>, found: &Code, number: &Code) {
        let Some(direct) = &application.layout.direct else { return };
        let externs = Rc::clone(&self.module.externs);
        let each = || direct.externs.iter().map(|hanging| (externs.instance(hanging.id), hanging));
        each().for_each(|(own, _)| own.before_match(self));
        let kept = each().any(|(own, _)| own.is_by_call()).then(|| {
            let kept = self.fresh(&format!("{}_number", application.layout.stem), CType::U32.name());
            self.out.assignment(&kept, 0u32);
            kept
        });
        self.out.begin_if(found);
        if let Some(kept) = kept {
            self.out.assignment(&kept, number);
            self.entry_number = Some(kept.code());
        }
        each().for_each(|(own, hanging)| own.matched(self, &hanging.map, number));
        if let Some(idle) = &direct.idle {
            idle.matched(number, &mut self.out);
        }
        self.out.end();
    }

    /// Whether keys are in a value set: a lookup, in front of the statement that asks.
    pub(super) fn in_value_set(&mut self, id: ValueSetId, keys: &[Expr]) -> CExpr {
        let tables = Rc::clone(&self.module.tables);
        let SetLayout { table, layout } = &tables.sets[id];
        let Some(storage) = &layout.storage else { return CExpr::truth(code!("@false"), Prec::Postfix) };
        let found = self.fresh(&format!("in_{}", layout.stem), CType::Bool.name());
        let entry = Name::new(&format!("{}_entry", layout.stem));
        self.out.begin(code!("{"));
        let own =
            table.keys.iter().zip(keys).map(|(key, expr)| KeyElement { expr: expr.clone(), ..key.clone() });
        let own: Vec<KeyElement> = own.collect();
        let mut out = self.out.nested();
        storage.emit_lookup(
            &layout.value,
            &mut Keys { cx: self, keys: &own.iter().collect::<Vec<_>>() },
            &entry,
            &mut out,
        );
        self.out.append(out);
        self.out.blank();
        let is_there = match layout.value.base {
            0 => code!("{} != NULL", entry),
            _ => code!("{} && {}->action", entry, entry),
        };
        self.out.assignment(&found, &is_there);
        // As for tables: of pointers that are compared the verifier takes no sums.
        self.out.line(code!("@barrier_var({});", found));
        self.out.end();
        CExpr::truth(found.code(), Prec::Postfix)
    }

    /// A table whose entries come at run time.
    fn apply_stored(&mut self, application: &Application<'_>, storage: &dyn TableStorage) {
        let Application { table, layout, .. } = *application;
        let entry = match &layout.indirect {
            Some(_) => self.module.names.unique(&format!("{}_found", layout.stem)),
            None => Name::new(&format!("{}_entry", layout.stem)),
        };
        self.look_up(application, storage, &entry);
        if let Some(indirect) = &layout.indirect {
            return self.apply_indirect(application, indirect, &entry);
        }
        let (found, missing) = match layout.value.base {
            0 => (entry.code(), CExpr::truth(code!("!{}", entry), Prec::Unary)),
            _ => {
                let missing = code!("!{} || !{}->action", entry, entry);
                (code!("{} && {}->action", entry, entry), CExpr::truth(missing, Prec::Or))
            }
        };
        if has_fallback(table, layout) {
            self.fall_back(application, &entry, &missing);
        }
        self.match_entry(application, &found, &code!("{}->number", entry));
        let is_hit = if layout.value.base == 0 { code!("{} != NULL", entry) } else { found.clone() };
        self.assign_hit(application, &is_hit);
        if let Some(variable) = application.hit {
            // clang would make `a != NULL || b != NULL` of two tables a bitwise or of pointers, which the verifier refuses.
            let variable = self.variable(variable);
            self.out.line(code!("@barrier_var({});", variable));
        }
        let number = CExpr::atom(code!("{}->action", entry), CType::U32, 32);
        match layout.default {
            DefaultPlace::Data(_) => {
                self.out.line(code!("if ({})\n\t{} = &{}.{};", missing.text, entry, DEFAULTS, layout.stem));
                let reachable = layout.reachable(|a| a.in_entries || a.as_default);
                self.run(application, &reachable, Selected::Value { number, pointer: &entry });
            }
            DefaultPlace::Code => {
                let default = table.default_action.action;
                let in_entries = layout.reachable(|a| a.in_entries);
                let (bare, constant) = layout
                    .value
                    .actions
                    .get(default)
                    .map_or((true, Code::default()), |a| (a.params.list.is_empty(), a.constant.code()));
                let nothing = self.is_empty_action(table, default) && application.action_run.is_none();
                if bare && in_entries.contains(&default) && !nothing {
                    // The default action is one of the cases.
                    let found = if layout.value.base == 0 { found } else { code!("({})", found) };
                    let text = code!("{} ? {} : {}", found, number.text, constant);
                    let number = CExpr { prec: Prec::Conditional, ..CExpr::atom(text, CType::U32, 32) };
                    self.run(application, &in_entries, Selected::Value { number, pointer: &entry });
                    return;
                }
                self.out.begin_if(&found);
                let hits = self.alternative(|cx| {
                    cx.run(application, &in_entries, Selected::Value { number, pointer: &entry });
                });
                if !nothing {
                    self.out.begin_else(None);
                    self.apply_default(application);
                }
                self.out.end();
                self.paths.join(hits);
            }
        }
    }

    /// Writes the lookup, which declares `entry`.
    fn look_up(&mut self, application: &Application<'_>, storage: &dyn TableStorage, entry: &Name) {
        let Application { table, layout, .. } = *application;
        let keys: Vec<&KeyElement> = table.match_keys().collect();
        let mut out = self.out.nested();
        storage.emit_lookup(layout.stored(), &mut Keys { cx: self, keys: &keys }, entry, &mut out);
        self.out.append(out);
        self.out.blank();
    }

    /// Runs the default action, whatever led to it.
    fn apply_default(&mut self, application: &Application<'_>) {
        let Application { table, layout, .. } = *application;
        match layout.default {
            DefaultPlace::Data(_) => {
                let entry = self.module.names.kept(&format!("{}_entry", layout.stem));
                let text = code!("struct {} *{} = &{}.{};", layout.value.tag, entry, DEFAULTS, layout.stem);
                self.out.update(&entry, text);
                self.out.blank();
                let reachable = layout.reachable(|a| a.as_default);
                let number = CExpr::atom(code!("{}->action", entry), CType::U32, 32);
                self.run(application, &reachable, Selected::Value { number, pointer: &entry });
            }
            DefaultPlace::Code => {
                let call = &table.default_action;
                self.assign_constants(table, call);
                if let Some(variable) = application.action_run {
                    let variable = self.variable(variable);
                    self.out.assignment(&variable, call.action);
                }
                self.run_body(application, call.action, None);
            }
        }
    }

    /// Runs one of the actions of those positions.
    fn run(&mut self, application: &Application<'_>, reachable: &[usize], selected: Selected<'_>) {
        let Application { table, layout, .. } = *application;
        let (number, pointer) = match selected {
            Selected::Value { number, pointer } => (number, Some(pointer)),
            Selected::Variables { number } => (CExpr::atom(number, CType::U32, 32), None),
        };
        if let Some(variable) = application.action_run {
            let variable = self.variable(variable);
            let position = position_of(layout, &number);
            self.out.assignment(&variable, &position);
        }
        let (empty, full): (Vec<usize>, Vec<usize>) =
            reachable.iter().partition(|&&position| self.is_empty_action(table, position));
        // A group without members may run nothing, and a member an action that another table has.
        let each_runs = empty.is_empty() && layout.indirect.is_none();
        match (full.as_slice(), each_runs) {
            ([], _) => {}
            ([only], true) => self.run_body(application, *only, pointer),
            ([only], false) => {
                self.out.begin_if(code!("{} == {}", number.operand(), layout.number(*only)));
                let ran = self.alternative(|cx| cx.run_body(application, *only, pointer));
                self.out.end();
                self.paths.join(ran);
            }
            (several, all_full) => {
                let mut after = if all_full { Paths::unreachable() } else { self.paths.clone() };
                self.out.begin_switch(&number.text);
                for (i, &position) in several.iter().enumerate() {
                    self.out.case(layout.number(position));
                    // Only a control plane that knows the numbers writes them.
                    if all_full && i + 1 == several.len() {
                        self.out.default_case();
                    }
                    after.join(self.alternative(|cx| {
                        cx.run_body(application, position, pointer);
                        if !cx.paths.is_unreachable() {
                            cx.out.line(code!("break;"));
                        }
                    }));
                }
                // Clang asks that a switch over an enumeration has all of it.
                if pointer.is_some() && !all_full {
                    self.out.default_case();
                    self.out.line(code!("break;"));
                }
                self.out.end();
                self.paths = after;
            }
        }
    }

    /// Writes an action's body; with a pointer, its parameters come from there.
    fn run_body(&mut self, application: &Application<'_>, position: usize, pointer: Option<&Name>) {
        let Application { table, layout, .. } = *application;
        let (Some(action), Some(in_value)) =
            (table.actions.get(position), layout.value.actions.get(position))
        else {
            return;
        };
        let action = &self.program.actions[action.action];
        let bound = match pointer {
            Some(pointer) => self.bind_params(action, in_value, &code!("{}->{}", pointer, in_value.member)),
            None => Vec::new(),
        };
        self.block(&action.body);
        self.release_params(bound);
    }

    fn is_empty_action(&self, table: &Table, position: usize) -> bool {
        table.actions.get(position).is_some_and(|a| self.program.actions[a.action].body.is_empty())
    }

    fn assign_hit(&mut self, application: &Application<'_>, value: impl ToCode) {
        if let Some(variable) = application.hit {
            let variable = self.variable(variable);
            self.out.assignment(&variable, value);
        }
    }
}

/// An action's position among those of the table, by its number.
fn position_of(layout: &TableLayout, number: &CExpr) -> Code {
    let Some(indirect) = layout.indirect.as_ref().filter(|indirect| !indirect.own_numbers().is_empty())
    else {
        return match layout.value.base {
            0 => number.text.clone(),
            base => code!("{} - {}", number.operand(), base),
        };
    };
    // None of the table's runs where a group has no members.
    let positions = (0..indirect.numbers.len()).rev();
    positions.fold(code!("~0U"), |rest, position| {
        code!("{} == {} ? {} : {}", number.operand(), layout.number(position), position, rest)
    })
}
