//! `bool tcp_conntrack(in Headers)`, declared by programs: whether a packet belongs to a TCP connection that was opened properly. The structure
//! has headers `ipv4` and `tcp` with the fields that [`FIELDS`] lists.

use crate::c::code::{Code, Name, code};
use crate::c::expr::{CExpr, Prec};
use crate::c::map::{MapDefinition, MapType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, Laying, OtherShape};
use crate::emit::field::Referent;
use crate::layout::extern_facts::Shared;
use crate::tables::short_name;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr, ExprKind, HeaderRef, ScalarType};
use std::sync::Arc;

pub(super) const TCP_CONNTRACK: Entry = Entry::function("tcp_conntrack", lay_out).shared(Shared::State);

/// What the tracker looks at: header, field, width.
const FIELDS: [(&str, &str, u32); 7] = [
    ("ipv4", "srcAddr", 32),
    ("ipv4", "dstAddr", 32),
    ("tcp", "srcPort", 16),
    ("tcp", "dstPort", 16),
    ("tcp", "syn", 1),
    ("tcp", "ack", 1),
    ("tcp", "fin", 1),
];

/// The map of connections, which all calls share.
#[derive(Debug)]
struct Connections {
    map: Name,
}

fn lay_out(laying: &mut Laying<'_>) -> Box<dyn Extern> {
    Box::new(Connections { map: short_name(laying.names, "connections") })
}

impl Extern for Connections {
    fn maps(&self) -> Vec<MapDefinition> {
        vec![MapDefinition {
            name: self.map.clone(),
            kind: MapType::LruHash,
            key: code!("struct @connection"),
            value: code!("struct @connection_state"),
            max_entries: Some(10000),
        }]
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let [Arg::Struct(headers)] = call.args else { return Err(OtherShape) };
        let fields: Vec<Expr> = FIELDS
            .iter()
            .map(|wanted| field(cx, headers, wanted))
            .collect::<Option<_>>()
            .ok_or(OtherShape)?;
        let arguments: Vec<Code> = fields.iter().map(|field| cx.value(field).text).collect();
        let text = code!("@tcp_conntrack(&{}, {})", self.map, Code::join(&arguments, ", "));
        cx.give(call, CExpr::truth(text, Prec::Postfix));
        Ok(())
    }
}

fn field(
    cx: &mut Cx<'_>,
    headers: &[(Arc<str>, Arg)],
    &(header, field, width): &(&str, &str, u32),
) -> Option<Expr> {
    let reference = headers.iter().find_map(|(name, arg)| match arg {
        Arg::Header(reference) if &**name == header => Some(reference),
        _ => None,
    })?;
    let Referent::One(id) = cx.referent(reference) else { return None };
    let ty = &cx.program.header_types[cx.program.headers[id].ty];
    let position = ty.fields.iter().position(|f| &*f.name == field && f.ty.width() == width)?;
    let kind = ExprKind::Field { header: HeaderRef::Header(id), field: u32::try_from(position).ok()? };
    Some(Expr { kind, ty: ScalarType::bit(width), span: Span::NONE })
}
