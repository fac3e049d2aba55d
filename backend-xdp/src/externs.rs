//! Extern instances and functions with state: which maps they need, and what the manifest says of them.
//!
//! How their calls become C is in [`crate::emit::externs`].

use crate::emit::cexpr::CType;
use crate::layout::tables::short_name;
use crate::maps::{MapDefinition, MapType};
use crate::names::Names;
use num_traits::ToPrimitive;
use p4xdp_control::manifest::{ByteOrder, Extern, ExternKind, Param, Place};
use p4xdp_frontend::diagnostic::{Diagnostic, Diagnostics, ErrorsReported, codes};
use p4xdp_midend::ir::{
    Arg, Block, ExprKind, ExternId, ExternInstance, Program, ScalarType, StmtKind, TypeShape,
};
use std::collections::{BTreeMap, BTreeSet};

/// The function of the XDP model that hands packets to the control plane.
pub const PERF_EVENT_OUTPUT: &str = "BPF_PERF_EVENT_OUTPUT";
/// The library's connection tracker.
pub const TCP_CONNTRACK: &str = "tcp_conntrack";

/// The externs of a program that have state.
#[derive(Debug, Default)]
pub struct Externs {
    /// Counter arrays.
    pub counters: BTreeMap<ExternId, CounterArray>,
    /// Registers.
    pub registers: BTreeMap<ExternId, Register>,
    /// Name of the map of events, if the program sends any.
    pub events: Option<String>,
    /// Name of the map of connections, if the program tracks any.
    pub connections: Option<String>,
}

/// What a counter counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Events, or packets.
    Packets,
    /// Bytes of packets.
    Bytes,
    /// Both.
    PacketsAndBytes,
}

impl Counts {
    /// The C type of a slot, and its bytes.
    fn slot(self) -> (&'static str, u32) {
        match self {
            Counts::Packets | Counts::Bytes => ("__u64", 8),
            Counts::PacketsAndBytes => ("struct packets_and_bytes", 16),
        }
    }
}

/// An array of counters: `CounterArray`, or v1model's `counter`. One slot an index and processor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterArray {
    /// Name of the map.
    pub map: String,
    /// Counters.
    pub size: u32,
    /// What it counts.
    pub counts: Counts,
    /// A hash map by index rather than an array.
    pub sparse: bool,
}

/// v1model's `register`: a value an index, one for all processors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Name of the map.
    pub map: String,
    /// Cells.
    pub size: u32,
    /// Type of a cell.
    pub ty: ScalarType,
}

impl Register {
    /// The C type of a slot.
    pub fn slot(&self) -> CType {
        CType::of_width(self.ty.width())
    }
}

/// Gives every extern with state its maps. Instances that cannot be had on XDP are reported, and then have none.
pub fn lay_out(program: &Program, names: &mut Names, diagnostics: &mut Diagnostics) -> Externs {
    let mut externs = Externs::default();
    for (id, instance) in program.externs.iter() {
        match &*instance.extern_type {
            "CounterArray" => {
                externs.counters.extend(counter_array(instance, names, diagnostics).ok().map(|c| (id, c)));
            }
            "counter" => {
                externs.counters.extend(indexed_counter(instance, names, diagnostics).ok().map(|c| (id, c)));
            }
            "register" => {
                externs.registers.extend(register(instance, names, diagnostics).ok().map(|r| (id, r)));
            }
            _ => {}
        }
    }
    let functions = called_functions(program);
    if functions.contains(PERF_EVENT_OUTPUT) {
        externs.events = Some(short_name(names, "perf_event"));
    }
    if functions.contains(TCP_CONNTRACK) {
        externs.connections = Some(short_name(names, "connections"));
    }
    externs
}

/// `CounterArray(bit<32> max_index, bool sparse)`. A dense one has the index `max_index` too; a sparse one has room for
/// `max_index` counters with any index, which is how programs use it.
fn counter_array(
    instance: &ExternInstance,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Result<CounterArray, ErrorsReported> {
    let (Some(max_index), Some(sparse)) = (constant(instance.args.first()), constant(instance.args.get(1)))
    else {
        return Err(diagnostics.error(inconstant(instance)));
    };
    let size = if sparse != 0 { max_index.max(1) } else { max_index + 1 };
    counters(instance, size, Counts::Packets, sparse != 0, names, diagnostics)
}

/// `counter(bit<32> size, CounterType type)`.
fn indexed_counter(
    instance: &ExternInstance,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Result<CounterArray, ErrorsReported> {
    let (Some(size), Some(counts)) = (constant(instance.args.first()), constant(instance.args.get(1))) else {
        return Err(diagnostics.error(inconstant(instance)));
    };
    let counts = match counts {
        0 => Counts::Packets,
        1 => Counts::Bytes,
        _ => Counts::PacketsAndBytes,
    };
    // A map has at least one slot.
    counters(instance, size.max(1), counts, false, names, diagnostics)
}

fn counters(
    instance: &ExternInstance,
    size: u64,
    counts: Counts,
    sparse: bool,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Result<CounterArray, ErrorsReported> {
    const MOST: u64 = 1 << 24;
    if size > MOST {
        let message = format!("`{}` has {size} counters", instance.name);
        let note =
            format!("each takes {} bytes for every processor; at most {MOST} are possible", counts.slot().1);
        return Err(
            diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message).with_note(note))
        );
    }
    let last = instance.name.rsplit('.').next().unwrap_or(&instance.name);
    Ok(CounterArray {
        map: short_name(names, last),
        size: u32::try_from(size).unwrap_or(u32::MAX),
        counts,
        sparse,
    })
}

/// `register<T>(bit<32> size)`.
fn register(
    instance: &ExternInstance,
    names: &mut Names,
    diagnostics: &mut Diagnostics,
) -> Result<Register, ErrorsReported> {
    const MOST: u64 = 1 << 26;
    let Some(size) = constant(instance.args.first()) else {
        return Err(diagnostics.error(inconstant(instance)));
    };
    let ty = match instance.type_args.first() {
        Some(TypeShape::Scalar(ty)) if ty.width() <= 64 && !matches!(ty, ScalarType::Varbit { .. }) => *ty,
        _ => {
            let message = format!("`{}` holds other values than numbers of at most 64 bits", instance.name);
            return Err(diagnostics
                .error(Diagnostic::error(codes::E0524, instance.span, message).with_note(
                    "a register of structures, headers or wider numbers cannot be had on XDP yet",
                )));
        }
    };
    if size > MOST {
        let message = format!("`{}` has {size} cells; at most {MOST} are possible", instance.name);
        return Err(diagnostics.error(Diagnostic::error(codes::E0524, instance.span, message)));
    }
    let last = instance.name.rsplit('.').next().unwrap_or(&instance.name);
    // A map has at least one slot.
    Ok(Register { map: short_name(names, last), size: u32::try_from(size.max(1)).unwrap_or(u32::MAX), ty })
}

fn inconstant(instance: &ExternInstance) -> Diagnostic {
    Diagnostic::error(
        codes::E0524,
        instance.span,
        format!("`{}` needs a constant size and kind", instance.name),
    )
}

fn constant(arg: Option<&Arg>) -> Option<u64> {
    match arg? {
        Arg::In(expr) => match &expr.kind {
            ExprKind::Const(value) => value.to_u64(),
            ExprKind::Local(_)
            | ExprKind::Field { .. }
            | ExprKind::IsValid(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => None,
        },
        Arg::While { .. }
        | Arg::Out(_)
        | Arg::Header(_)
        | Arg::Stack(_)
        | Arg::Struct(_)
        | Arg::String(_)
        | Arg::Extern(_)
        | Arg::Packet
        | Arg::Missing => None,
    }
}

impl Externs {
    /// Their maps.
    pub fn maps(&self) -> Vec<MapDefinition> {
        let map = |name: &str, kind, value: &str, max_entries| MapDefinition {
            name: name.to_owned(),
            kind,
            key: "__u32".to_owned(),
            value: value.to_owned(),
            max_entries,
        };
        let mut maps: Vec<MapDefinition> = self
            .counters
            .values()
            .map(|counter| {
                let kind = if counter.sparse { MapType::PerCpuHash } else { MapType::PerCpuArray };
                map(&counter.map, kind, counter.counts.slot().0, Some(counter.size))
            })
            .collect();
        maps.extend(
            self.registers.values().map(|register| {
                map(&register.map, MapType::Array, register.slot().name(), Some(register.size))
            }),
        );
        if let Some(name) = &self.events {
            maps.push(map(name, MapType::PerfEventArray, "__u32", None));
        }
        if let Some(name) = &self.connections {
            maps.push(MapDefinition {
                key: "struct connection".to_owned(),
                ..map(name, MapType::LruHash, "struct connection_state", Some(10000))
            });
        }
        maps
    }

    /// As the control plane sees them.
    pub fn describe(&self, program: &Program) -> Vec<Extern> {
        let at = |offset, size| Place { offset, size, order: ByteOrder::Host };
        let mut list: Vec<Extern> = self
            .counters
            .iter()
            .map(|(id, counter)| (&program.externs[*id], counter))
            .map(|(instance, counter)| Extern {
                name: instance.name.to_string(),
                extern_type: instance.extern_type.to_string(),
                kind: ExternKind::Counter {
                    map: counter.map.clone(),
                    per_cpu: true,
                    sparse: counter.sparse,
                    size: counter.size,
                    base: 0,
                    packets: (counter.counts != Counts::Bytes).then(|| at(0, 8)),
                    bytes: match counter.counts {
                        Counts::Packets => None,
                        Counts::Bytes => Some(at(0, 8)),
                        Counts::PacketsAndBytes => Some(at(8, 8)),
                    },
                    value_size: counter.counts.slot().1,
                },
            })
            .collect();
        list.extend(self.registers.iter().map(|(id, register)| {
            let instance = &program.externs[*id];
            let size = register.slot().computed_bits() / 8;
            Extern {
                name: instance.name.to_string(),
                extern_type: instance.extern_type.to_string(),
                kind: ExternKind::Register {
                    map: register.map.clone(),
                    size: register.size,
                    value: crate::manifest::param(program, "value", register.ty),
                    place: at(0, size),
                    value_size: size,
                },
            }
        }));
        if let Some(map) = &self.events {
            let length = Param {
                name: "length".to_owned(),
                width: 32,
                signed: false,
                members: Vec::new(),
                port: false,
            };
            list.push(Extern {
                name: PERF_EVENT_OUTPUT.to_owned(),
                extern_type: PERF_EVENT_OUTPUT.to_owned(),
                kind: ExternKind::Events { map: map.clone(), perf: true, fields: vec![(length, at(0, 4))] },
            });
        }
        list
    }
}

/// Names of all extern functions that the program calls.
fn called_functions(program: &Program) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for parser in program.parsers.values() {
        collect_calls(&parser.prologue, &mut found);
        for state in parser.states.values() {
            collect_calls(&state.body, &mut found);
        }
    }
    program.controls.values().for_each(|control| collect_calls(&control.body, &mut found));
    program.actions.values().for_each(|action| collect_calls(&action.body, &mut found));
    found
}

fn collect_calls<'a>(block: &'a Block, found: &mut BTreeSet<&'a str>) {
    for stmt in block {
        match &stmt.kind {
            StmtKind::CallExtern { instance: None, name, .. } => {
                found.insert(name);
            }
            StmtKind::If { then_block, else_block, .. } => {
                collect_calls(then_block, found);
                collect_calls(else_block, found);
            }
            StmtKind::Switch { cases, default, .. } => {
                cases.iter().for_each(|(_, block)| collect_calls(block, found));
                collect_calls(default, found);
            }
            StmtKind::Labelled { body, .. } | StmtKind::Loop { body, .. } => collect_calls(body, found),
            StmtKind::CallExtern { instance: Some(_), .. }
            | StmtKind::Assign { .. }
            | StmtKind::SetValid { .. }
            | StmtKind::CopyHeader { .. }
            | StmtKind::PushFront { .. }
            | StmtKind::PopFront { .. }
            | StmtKind::Leave(_)
            | StmtKind::ApplyTable { .. }
            | StmtKind::Extract { .. }
            | StmtKind::Lookahead { .. }
            | StmtKind::Advance { .. }
            | StmtKind::PacketLength { .. }
            | StmtKind::Verify { .. }
            | StmtKind::Reject { .. }
            | StmtKind::Emit(_)
            | StmtKind::EmitScalar(_) => {}
        }
    }
}
