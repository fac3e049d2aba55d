//! What P4Info has of a program's objects beyond the view.

use super::{Wrong, documentation, numbers, others};
use crate::arch::{functions_send_messages, is_table_storage};
use crate::ir::visit::statements;
use crate::ir::{self, Arg, Block, MatchKind, Program, ScalarType, StmtKind};
use p4xdp_control::description::{
    ControllerField, ControllerHeader, ExternDetails, KeyDetails, Message, Package, TableDetails, Unit,
};
use p4xdp_control::types::{Declaration, TypeSpec};
use p4xdp_control::view::{ExternKind, Param, Preamble};

/// The program as a whole.
pub(super) fn package(program: &Program) -> Package {
    Package {
        annotations: others(&program.annotations),
        documentation: documentation(&program.annotations),
        may_have_types: may_have_types(program),
    }
}

/// There is a table, an extern, an action with a parameter, a header of packets to or from the control plane with a field, or,
/// where functions can send messages, a control calls a function of the architecture's.
fn may_have_types(program: &Program) -> bool {
    !program.tables.is_empty()
        || !program.externs.is_empty()
        || program.actions.values().any(|action| !action.params.is_empty())
        || program.told.controller_headers.iter().any(|header| !header.fields.is_empty())
        || functions_send_messages(&program.architecture)
            && program.controls.values().any(|control| calls_function(&control.body))
}

fn calls_function(block: &Block) -> bool {
    let mut calls = false;
    statements(block, &mut |stmt| {
        calls |= matches!(stmt.kind, StmtKind::CallExtern { instance: None, .. });
    });
    calls
}

/// A table.
pub(super) fn table(program: &Program, table: &ir::Table) -> TableDetails {
    TableDetails {
        notifies_idle: table.idle(program) == Some(ir::Idle::Notify),
        capacity: table.extern_property("implementation").and_then(|id| capacity(&program.externs[id])),
        keys: table.keys.iter().map(key).collect(),
        const_entries: table.entries.iter().map(|entry| entry.is_const).collect(),
    }
}

/// What the storage of a table holds, if it is one.
fn capacity(storage: &ir::ExternInstance) -> Option<u64> {
    let size = storage.args.first().filter(|_| is_table_storage(&storage.extern_type))?;
    u64::try_from(size.value()?.as_const()?).ok()
}

fn key(key: &ir::KeyElement) -> KeyDetails {
    let is_derived = !key.annotations.iter().any(|annotation| annotation.name == "name");
    let header = key.name.strip_suffix(".isValid()").filter(|_| is_derived);
    KeyDetails {
        name: header.map_or_else(|| key.name.to_string(), |header| format!("{header}.$valid$")),
        declared_kind: match &key.match_kind {
            MatchKind::Other(name) => Some(name.to_string()),
            MatchKind::Exact
            | MatchKind::Lpm
            | MatchKind::Ternary
            | MatchKind::Range
            | MatchKind::Optional
            | MatchKind::Selector => None,
        },
    }
}

/// An extern with state. Whatever the architecture, a size is a number among its arguments, a unit an enum's member, and the index the last of
/// its types, behind what it holds.
pub(super) fn of_extern(program: &Program, instance: &ir::ExternInstance, kind: ExternKind) -> ExternDetails {
    let value = |arg: &Arg| Some((arg.value()?.ty, arg.value()?.as_const()?.clone()));
    let numbers = || instance.args.iter().filter_map(value);
    let size = numbers().find_map(|(ty, value)| match ty {
        ScalarType::Bits { .. } => u64::try_from(value).ok(),
        ScalarType::Bool | ScalarType::Varbit { .. } | ScalarType::Enum(_) | ScalarType::Error => None,
    });
    let unit = || numbers().find_map(|(ty, value)| unit(program, ty, usize::try_from(value).ok()?));
    let told = |at: usize| instance.told_types.get(at).cloned().flatten();
    let is_new = |name: &String| matches!(program.told.types.get(name), Some(Declaration::NewType(_)));
    let index = |behind: usize| match instance.told_types.get(behind..)?.last()?.clone()? {
        TypeSpec::Named(name) => Some(name).filter(is_new),
        TypeSpec::Bits { .. }
        | TypeSpec::Varbit { .. }
        | TypeSpec::Bool
        | TypeSpec::Error
        | TypeSpec::Tuple(_)
        | TypeSpec::Stack { .. } => None,
    };
    match kind {
        // One without a unit counts what it is told to.
        ExternKind::Counter => ExternDetails {
            unit: unit().or(Some(Unit::Packets)),
            size,
            index_type: index(0),
            ..ExternDetails::default()
        },
        ExternKind::Meter => {
            ExternDetails { unit: unit(), size, index_type: index(0), ..ExternDetails::default() }
        }
        ExternKind::DirectCounter | ExternKind::DirectMeter => {
            ExternDetails { unit: unit(), ..ExternDetails::default() }
        }
        ExternKind::Register => {
            ExternDetails { size, data: told(0), index_type: index(1), ..ExternDetails::default() }
        }
        ExternKind::Digest => ExternDetails { data: told(0), ..ExternDetails::default() },
        ExternKind::ActionProfile => ExternDetails::default(),
    }
}

/// The unit that a member of an enum stands for.
fn unit(program: &Program, ty: ScalarType, member: usize) -> Option<Unit> {
    let ScalarType::Enum(id) = ty else { return None };
    Some(match program.enums[id].members.get(member)?.to_ascii_lowercase().as_str() {
        "packets" => Unit::Packets,
        "bytes" => Unit::Bytes,
        "packets_and_bytes" => Unit::Both,
        _ => return None,
    })
}

/// Messages that a function sends.
pub(super) fn message(message: &ir::Message, preamble: Preamble) -> Message {
    Message { preamble, data: message.ty.clone() }
}

/// A header of packets to or from the control plane: its preamble has the type's name till here.
pub(super) fn controller_header(
    header: &ir::ControllerHeader,
    preamble: Preamble,
    wrong: &mut Vec<Wrong>,
) -> ControllerHeader {
    let listed: Vec<(&str, &[ir::Annotation])> =
        header.fields.iter().map(|field| (&*field.name, field.annotations.as_slice())).collect();
    let ids = numbers(&listed, &header.type_name, header.span, wrong);
    let fields = header.fields.iter().zip(ids).map(|(field, id)| ControllerField {
        id,
        param: Param {
            signed: field.signed,
            type_name: field.type_name.as_ref().map(ToString::to_string),
            ..Param::new(&*field.name, field.width)
        },
        annotations: others(&field.annotations),
    });
    let (name, alias) = (header.name.to_string(), header.name.to_string());
    ControllerHeader { preamble: Preamble { name, alias, ..preamble }, fields: fields.collect() }
}
