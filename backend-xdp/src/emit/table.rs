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

mod declare;
mod entries;
mod keys;
mod params;

use super::Cx;
use crate::layout::paths::Paths;
use crate::layout::tables::{DEFAULTS, DefaultPlace, TableLayout};
use crate::table_storage::TableStorage;
use entries::has_fallback;
use keys::Keys;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{LocalId, Table, TableId};
use std::rc::Rc;

pub(super) use params::WireParam;

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
    Value { number: String, pointer: &'s str },
    /// A variable has the number, and the parameters are in their variables.
    Variables { number: String },
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
        self.out.line(self.heading(&format!("table {}", table.name), span));
        self.out.open("{");
        match &application.layout.storage {
            Some(storage) => self.apply_stored(&application, storage.as_ref()),
            None if table.entries.is_empty() => {
                self.assign_hit(&application, "false");
                self.apply_default(&application);
            }
            None => self.apply_code(&application),
        }
        self.out.close("}");
    }

    /// A table whose entries come at run time.
    fn apply_stored(&mut self, application: &Application<'_>, storage: &dyn TableStorage) {
        let Application { table, layout, .. } = *application;
        let entry = format!("{}_entry", layout.stem);
        let mut out = self.out.nested();
        storage.emit_lookup(&layout.value, &mut Keys { cx: self, keys: &table.keys }, &entry, &mut out);
        self.out.append(out);
        self.out.blank();
        let (found, missing) = match layout.value.base {
            0 => (entry.clone(), format!("!{entry}")),
            _ => (format!("{entry} && {entry}->action"), format!("!{entry} || !{entry}->action")),
        };
        if has_fallback(table, layout) {
            self.fall_back(application, &entry, &missing);
        }
        let is_hit = if layout.value.base == 0 { format!("{entry} != NULL") } else { found.clone() };
        self.assign_hit(application, &is_hit);
        if let Some(variable) = application.hit {
            // clang would make `a != NULL || b != NULL` of two tables a bitwise or of pointers, which the verifier refuses.
            let variable = self.local(variable);
            self.out.line(format!("barrier_var({});", variable.text));
        }
        let number = format!("{entry}->action");
        match layout.default {
            DefaultPlace::Data(_) => {
                self.out.line(format!("if ({missing})\n\t{entry} = &{DEFAULTS}.{};", layout.stem));
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
                    .map_or((true, ""), |a| (a.params.list.is_empty(), a.constant.as_str()));
                let nothing = self.is_empty_action(table, default) && application.action_run.is_none();
                if bare && in_entries.contains(&default) && !nothing {
                    // The default action is one of the cases.
                    let found = if layout.value.base == 0 { found } else { format!("({found})") };
                    let number = format!("{found} ? {number} : {constant}");
                    self.run(application, &in_entries, Selected::Value { number, pointer: &entry });
                    return;
                }
                self.out.open(format!("if ({found}) {{"));
                let hits = self.alternative(|cx| {
                    cx.run(application, &in_entries, Selected::Value { number, pointer: &entry });
                });
                if !nothing {
                    self.out.turn("} else {");
                    self.apply_default(application);
                }
                self.out.close("}");
                self.paths.join(hits);
            }
        }
    }

    /// Runs the default action, whatever led to it.
    fn apply_default(&mut self, application: &Application<'_>) {
        let Application { table, layout, .. } = *application;
        match layout.default {
            DefaultPlace::Data(_) => {
                let entry = self.module.names.kept(&format!("{}_entry", layout.stem));
                let text = format!("struct {} *{entry} = &{DEFAULTS}.{};", layout.value.tag, layout.stem);
                self.out.update(&entry, text);
                self.out.blank();
                let reachable = layout.reachable(|a| a.as_default);
                let number = format!("{entry}->action");
                self.run(application, &reachable, Selected::Value { number, pointer: &entry });
            }
            DefaultPlace::Code => {
                let call = &table.default_action;
                self.assign_constants(table, call);
                if let Some(variable) = application.action_run {
                    let variable = self.local(variable);
                    self.out.assignment(&variable.text, &call.action.to_string());
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
            Selected::Variables { number } => (number, None),
        };
        let number_operand = if number.contains('?') { format!("({number})") } else { number.clone() };
        if let Some(variable) = application.action_run {
            let variable = self.local(variable);
            let position = match layout.value.base {
                0 => number.clone(),
                base => format!("{number_operand} - {base}"),
            };
            self.out.assignment(&variable.text, &position);
        }
        let (empty, full): (Vec<usize>, Vec<usize>) =
            reachable.iter().partition(|&&position| self.is_empty_action(table, position));
        match (full.as_slice(), empty.is_empty()) {
            ([], _) => {}
            ([only], true) => self.run_body(application, *only, pointer),
            ([only], false) => {
                self.out.open(format!("if ({number_operand} == {}) {{", layout.number(*only)));
                let ran = self.alternative(|cx| cx.run_body(application, *only, pointer));
                self.out.close("}");
                self.paths.join(ran);
            }
            (several, all_full) => {
                let mut after = if all_full { Paths::unreachable() } else { self.paths.clone() };
                self.out.open(format!("switch ({number}) {{"));
                for (i, &position) in several.iter().enumerate() {
                    self.out.outdented(format!("case {}:", layout.number(position)));
                    // Only a control plane that knows the numbers writes them.
                    if all_full && i + 1 == several.len() {
                        self.out.outdented("default:");
                    }
                    after.join(self.alternative(|cx| {
                        cx.run_body(application, position, pointer);
                        if !cx.paths.is_unreachable() {
                            cx.out.line("break;");
                        }
                    }));
                }
                self.out.close("}");
                self.paths = after;
            }
        }
    }

    /// Writes an action's body; with a pointer, its parameters come from there.
    fn run_body(&mut self, application: &Application<'_>, position: usize, pointer: Option<&str>) {
        let Application { table, layout, .. } = *application;
        let (Some(action), Some(in_value)) =
            (table.actions.get(position), layout.value.actions.get(position))
        else {
            return;
        };
        let action = &self.program.actions[action.action];
        let bound = match pointer {
            Some(pointer) => self.bind_params(action, in_value, &format!("{pointer}->{}", in_value.member)),
            None => Vec::new(),
        };
        self.block(&action.body);
        self.release_params(bound);
    }

    fn is_empty_action(&self, table: &Table, position: usize) -> bool {
        table.actions.get(position).is_some_and(|a| self.program.actions[a.action].body.is_empty())
    }

    fn assign_hit(&mut self, application: &Application<'_>, value: &str) {
        if let Some(variable) = application.hit {
            let variable = self.local(variable);
            self.out.assignment(&variable.text, value);
        }
    }
}
