//! What runs, in the header: in, actions with the places of their parameters, of a table or of an action profile; out, their numbers, the structure
//! that holds one of them, and a function for each that fills it.

use super::line;
use crate::names::{self, Taken};
use crate::tables::control_plane::{Field, declarations, fields};
use p4xdp_control::storage::{ByteOrder, Place};
use p4xdp_control::view::{TableAction, View};

/// An action with its names in C.
pub(super) struct ActionHeader<'a> {
    pub(super) name: String,
    pub(super) constant: String,
    pub(super) action: &'a TableAction,
    pub(super) params: Vec<Field<'a>>,
    pub(super) number: u32,
}

/// The last part of a name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, last)| last)
}

/// Names actions, whose numbers are by their positions; parameters are not called as what is used beside them.
pub(super) fn actions<'a>(
    view: &'a View,
    (list, places): (&'a [TableAction], &'a [Vec<Place>]),
    stem: &str,
    number: impl Fn(usize) -> u32,
    used: &[&str],
    constants: &mut Taken,
) -> Vec<ActionHeader<'a>> {
    // `make_key` is taken.
    let mut taken = Taken::from_iter(["key".to_owned()]);
    let layouts = list.iter().zip(places).enumerate();
    layouts
        .filter_map(|(position, (action, places))| {
            let declared = view.actions.get(action.action)?;
            let last = last(&declared.preamble.name);
            Some(ActionHeader {
                name: names::member(last, &mut taken),
                constant: names::member(&format!("{stem}_{last}").to_uppercase(), constants),
                action,
                params: fields(declared.values().zip(places), used),
                number: number(position),
            })
        })
        .collect()
}

/// Writes the numbers of actions.
pub(super) fn write_numbers(out: &mut String, stem: &str, actions: &[ActionHeader<'_>]) {
    line(out, &format!("\nenum {stem}_action {{"));
    for action in actions {
        line(out, &format!("\t{} = {},", action.constant, action.number));
    }
    line(out, "};\n");
}

/// Writes the structure with this tag that holds an action, of which [`write_numbers`] has written the numbers; `number` is where that of the
/// entry stands.
pub(super) fn write_structure(
    out: &mut String,
    (stem, tag): (&str, &str),
    value_size: u32,
    number: Option<&Place>,
    actions: &[ActionHeader<'_>],
) {
    line(out, &format!("struct {tag} {{\n\tenum {stem}_action action;"));
    if number.is_some() {
        line(out, "\t__u32 number; /* of the entry's cells in direct counters and meters */");
    }
    if value_size > number.map_or(4, |number| number.offset + number.size) {
        let wide = |f: &Field<'_>| f.place.order == ByteOrder::Host && f.place.size == 8;
        let start = match number {
            Some(number) => number.offset + number.size,
            None if actions.iter().flat_map(|a| &a.params).any(wide) => 8,
            None => 4,
        };
        line(out, "\tunion {");
        for action in actions.iter().filter(|a| !a.params.is_empty()) {
            let end = action.params.iter().map(|f| f.place.offset + f.place.size).max().unwrap_or(start);
            line(out, "\t\tstruct {");
            for declaration in declarations(&action.params, start, end) {
                line(out, &format!("\t\t\t{declaration}"));
            }
            line(out, &format!("\t\t}} {};", action.name));
        }
        line(out, &format!("\t\t__u8 bytes[{}];\n\t}} u;", value_size - start));
    }
    line(out, &format!("}};\nstatic_assert(sizeof(struct {tag}) == {value_size}, \"layout\");"));
}

/// Writes a function that fills such a structure with an action.
pub(super) fn write_make(out: &mut String, stem: &str, tag: &str, action: &ActionHeader<'_>) {
    let mut arguments = vec![format!("struct {tag} *value")];
    arguments.extend(action.params.iter().map(|f| f.argument()));
    let what = "An action with its arguments; -ERANGE if one is too large";
    open(out, what, &format!("{stem}_make_{}", action.name), &arguments);
    for check in action.params.iter().filter_map(Field::check) {
        line(out, &format!("\t{check}"));
    }
    line(out, &format!("\tmemset(value, 0, sizeof(*value));\n\tvalue->action = {};", action.constant));
    for field in &action.params {
        line(out, &format!("\t{}", field.assignment(&format!("value->u.{}.", action.name))));
    }
    line(out, "\treturn 0;\n}");
}

/// The call of that function on `value`.
pub(super) fn call_make(stem: &str, action: &ActionHeader<'_>) -> String {
    let mut arguments = vec!["&value".to_owned()];
    arguments.extend(action.params.iter().map(|f| f.name.clone()));
    format!("{stem}_make_{}({})", action.name, arguments.join(", "))
}

/// Begins a function; arguments go on a line each if they are many.
pub(super) fn open(out: &mut String, what: &str, name: &str, arguments: &[String]) {
    let joined = arguments.join(", ");
    let joined =
        if joined.len() + name.len() > 60 { format!("\n\t{}", arguments.join(",\n\t")) } else { joined };
    line(out, &format!("\n/* {what}. */\nstatic inline int {name}({joined})\n{{"));
}
