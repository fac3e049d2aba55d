//! Messages to the control plane: `digest(receiver, data)` of v1model, and `Digest<T>.pack(data)` of PSA and PNA. Each instance, in v1model each kind of data, has a ring buffer, whose records are a structure of all
//! scalars in the data. A message for which there is no room is lost, and counted.
//!
//! ```text
//! {
//!         struct learn_t_message learn_t_message = { .receiver = 1, .src = load_be48(ethernet->src), .port = in_port };
//!
//!         xdp_send_message(&learn_t, &lost, 0, &learn_t_message, sizeof(learn_t_message));
//! }
//! ```

use super::cells::at;
use super::{PORTABLE, V1MODEL, leaves};
use crate::c::code::{Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, Made, OtherShape};
use crate::layout::cell::Slot;
use crate::tables::members::{Form, Members, Shape, Wish};
use crate::tables::short_name;
use p4xdp_control::manifest::cells::Field;
use p4xdp_control::manifest::{CellKind, Cells, Digest, ExternKind};
use p4xdp_control::storage::ByteOrder;
use p4xdp_control::view::Param;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::control_plane::param;
use p4xdp_midend::ir::{Arg, Expr, ExternInstance, Program, ScalarType, StmtKind, TypeShape, visit};
use std::sync::Arc;

pub(super) const DIGEST: Entry = Entry::function("digest", lay_out).of(V1MODEL);
pub(super) const DIGEST_OBJECT: Entry = Entry::of_type("Digest", lay_out_object).of(PORTABLE);

/// Where calls are lost: messages are sent at the end of ingress.
const EGRESS: &str = "eg";

/// Messages for which a ring buffer has room, about.
const MESSAGES: u32 = 4096;
/// Bytes of a record besides its structure.
const RECORD_HEADER: u32 = 8;
/// The least that a ring buffer has: a page, of all sizes that the kernel knows.
const LEAST: u32 = 1 << 16;
/// The largest structure of a message.
const LARGEST: u32 = 4096;

/// Messages of one kind.
#[derive(Debug)]
pub(super) struct Message {
    /// As control planes know it.
    name: String,
    map: Name,
    tag: Name,
    /// The first member is the receiver.
    has_receiver: bool,
    members: Members,
    /// Where lost ones are counted: a map and an index.
    lost: (Name, u32),
}

/// The cells in which lost messages are counted.
fn lost_cells() -> Slot {
    Slot { ty: code!("__u64"), bytes: 8, locked: false }
}

impl Message {
    /// Messages with such data; `None` if it is nothing that a message can say.
    pub(super) fn new(
        name: &str,
        data: &TypeShape,
        has_receiver: bool,
        laying: &mut Laying<'_>,
    ) -> Option<Message> {
        let mut scalars: Vec<(Arc<str>, ScalarType)> = Vec::new();
        if has_receiver {
            scalars.push(("receiver".into(), ScalarType::bit(32)));
        }
        if !leaves::of_type(laying.program, "", data, &mut scalars)
            || scalars.iter().any(|(_, ty)| matches!(ty, ScalarType::Varbit { .. }))
        {
            return None;
        }
        let wishes: Vec<Wish> = scalars
            .into_iter()
            .map(|(name, ty)| {
                let name = if name.is_empty() { "value".into() } else { name };
                (name, ty, Shape::of(ty, ByteOrder::Host))
            })
            .collect();
        let members = Members::place(0, wishes);
        if members.size() > LARGEST {
            return None;
        }
        let last = name.rsplit('.').next().unwrap_or(name);
        let map = short_name(laying.names, last);
        let tag = laying.names.unique(&format!("{map}_message"));
        let Laying { names, pool, .. } = laying;
        let lost = pool.take(MapType::PerCpuArray, &lost_cells(), 1, || short_name(names, "lost_messages"));
        Some(Message { name: name.to_owned(), map, tag, has_receiver, members, lost })
    }

    /// Bytes of the ring buffer.
    fn capacity(&self) -> u32 {
        let record = self.members.size().next_multiple_of(8) + RECORD_HEADER;
        (record * MESSAGES).next_power_of_two().max(LEAST)
    }

    pub(super) fn map(&self) -> MapDefinition {
        MapDefinition {
            name: self.map.clone(),
            kind: MapType::RingBuf,
            key: code!(""),
            value: code!(""),
            max_entries: Some(self.capacity()),
        }
    }

    /// Declares the structure of a message.
    pub(super) fn declare(&self, out: &mut Tree) {
        out.line(code!("/* {}: a message */", self.name));
        out.begin(code!("struct {} {{", self.tag));
        self.members
            .declarations(0, self.members.size(), Form::Numbers)
            .into_iter()
            .for_each(|line| out.line(line));
        out.end_with(code!("}};"));
        out.blank();
    }

    pub(super) fn describe(&self, program: &Program) -> ExternKind {
        let mut members = self.members.list.iter();
        let receiver = if self.has_receiver { members.next().map(|member| member.place()) } else { None };
        let fields = members.map(|member| (param(program, &member.name, member.ty), member.place()));
        let count = Field::new(Param::new("messages", 64), at(0, 8)).of("messages");
        let (map, base) = &self.lost;
        ExternKind::Digest(Digest {
            map: self.map.to_string(),
            capacity: self.capacity(),
            size: self.members.size(),
            receiver,
            fields: fields.collect(),
            lost: Cells {
                kind: CellKind::Counter,
                map: map.to_string(),
                per_cpu: true,
                sparse: false,
                locked: false,
                size: 1,
                base: *base,
                value_size: lost_cells().bytes,
                fields: vec![count],
            },
        })
    }

    /// Writes the call that sends data.
    pub(super) fn send(&self, cx: &mut Cx<'_>, receiver: Option<&Expr>, data: &Arg, span: Span) {
        let mut values: Vec<Expr> = receiver.cloned().into_iter().collect();
        if !leaves::of_value(cx, data, span, &mut values) || values.len() != self.members.list.len() {
            cx.bug(span, "a message has other fields than its type");
            return;
        }
        let (lost, index) = &self.lost;
        cx.out.begin(code!("{"));
        let message = cx.record(&self.tag, &self.tag, &self.members, &values);
        cx.out.blank();
        let text = code!(
            "@xdp_send_message(&{}, &{}, {}, &{}, sizeof({}));",
            self.map,
            lost,
            *index,
            message,
            message
        );
        cx.out.line(text);
        cx.out.end();
    }
}

/// What a program sends by `digest`: each kind of data once.
#[derive(Debug)]
struct Digests(Vec<(TypeShape, Option<Message>)>);

fn lay_out(laying: &mut Laying<'_>) -> Box<dyn Extern> {
    let mut kinds: Vec<TypeShape> = Vec::new();
    for block in laying.program.blocks() {
        visit::statements(block, &mut |stmt| {
            if let StmtKind::CallExtern { instance: None, name, type_args, .. } = &stmt.kind
                && &**name == DIGEST.name
                && let Some(data) = type_args.first()
                && !kinds.contains(data)
            {
                kinds.push(data.clone());
            }
        });
    }
    let mut nameless = 0;
    let messages = kinds.into_iter().map(|data| {
        let name = match &data {
            TypeShape::Struct { name, .. } if !name.is_empty() => name.to_string(),
            TypeShape::Scalar(_)
            | TypeShape::Header(_)
            | TypeShape::Stack(..)
            | TypeShape::Struct { .. }
            | TypeShape::Opaque(_) => {
                nameless += 1;
                format!("digest_{}", nameless - 1)
            }
        };
        let message = Message::new(&name, &data, true, laying);
        (data, message)
    });
    Box::new(Digests(messages.collect()))
}

fn lay_out_object(instance: &ExternInstance, laying: &mut Laying<'_>) -> Made {
    let message =
        instance.type_args.first().and_then(|data| Message::new(&instance.name, data, false, laying));
    let message = message.ok_or_else(|| {
        laying.diagnostics.error(Diagnostic::error(codes::E0524, instance.span, nothing_to_say()))
    })?;
    Ok(Box::new(DigestObject(message)))
}

fn nothing_to_say() -> String {
    format!("a message can say nothing but numbers, in at most {LARGEST} bytes")
}

/// An instance that sends messages of one kind.
#[derive(Debug)]
struct DigestObject(Message);

impl Extern for DigestObject {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![self.0.map()]
    }

    fn declare(&self, out: &mut Tree) {
        self.0.declare(out);
    }

    fn describe(&self, program: &Program) -> Option<ExternKind> {
        Some(self.0.describe(program))
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let ("pack", [data]) = (call.name, call.args) else { return Err(OtherShape) };
        self.0.send(cx, None, data, call.span);
        Ok(())
    }
}

impl Digests {
    fn messages(&self) -> impl Iterator<Item = &Message> {
        self.0.iter().filter_map(|(_, message)| message.as_ref())
    }
}

impl Extern for Digests {
    fn maps(&self) -> Vec<MapDefinition> {
        self.messages().map(Message::map).collect()
    }

    fn declare(&self, out: &mut Tree) {
        self.messages().for_each(|message| message.declare(out));
    }

    fn describe_each(&self, program: &Program) -> Vec<(String, ExternKind)> {
        self.messages().map(|message| (message.name.clone(), message.describe(program))).collect()
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let ([Arg::In(receiver), data], [ty]) = (call.args, call.type_args) else { return Err(OtherShape) };
        if cx.is_in(EGRESS) {
            // Nobody sends it then, as the program has been told.
            return Ok(());
        }
        let found = self.0.iter().find(|(known, _)| known == ty);
        match found.and_then(|(_, message)| message.as_ref()) {
            Some(message) => message.send(cx, Some(receiver), data, call.span),
            None => {
                cx.refuse(codes::E0524, call.span, nothing_to_say());
            }
        }
        Ok(())
    }
}
