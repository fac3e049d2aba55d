//! `InternetChecksum` of PSA and PNA (RFC 1624): the one's complement sum of what was added so far, empty each time that its parser or control
//! begins. It is a variable of the program.
//!
//! ```text
//! sum = 0;                                        add({ ipv4.ttl, ipv4.protocol })
//! sum += (__u64)ipv4->ttl << 8;
//! sum += ipv4->protocol;
//! checksum = (__u16)~csum_fold64(sum + checksum);
//! ```

use super::PORTABLE;
use super::row::Group;
use crate::c::code::{Code, code};
use crate::c::expr::{CExpr, CType};
use crate::c::tree::Place;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, Extern, OtherShape};
use num_bigint::BigUint;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::{Arg, Expr, ExprKind, ExternId, ScalarType, UnaryOp};

pub(super) const INTERNET_CHECKSUM: Entry =
    Entry::of_type("InternetChecksum", |_, _| Ok(Box::new(InternetChecksum))).of(PORTABLE);

#[derive(Debug)]
struct InternetChecksum;

impl Extern for InternetChecksum {
    fn begin(&self, cx: &mut Cx<'_>, id: ExternId) {
        let state = state(cx, id);
        cx.out.assignment(&state, 0u32);
    }

    fn call(&self, cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
        let state = state(cx, call.instance.ok_or(OtherShape)?);
        match (call.name, call.args) {
            ("clear", []) => cx.out.assignment(&state, 0u32),
            ("add", [data]) => add(cx, call, &state, data, false),
            ("subtract", [data]) => add(cx, call, &state, data, true),
            ("get", []) => give(cx, call, code!("(__u16)~{}", state)),
            ("get_state", []) => give(cx, call, state_of(&state)),
            ("set_state", [Arg::In(value)]) => {
                let value = cx.value(value).masked().text;
                cx.out.assignment(&state, value);
            }
            _ => return Err(OtherShape),
        }
        Ok(())
    }
}

fn state(cx: &mut Cx<'_>, id: ExternId) -> Place {
    cx.kept_for(id, "checksum", CType::U32)
}

fn state_of(state: &Place) -> Code {
    code!("(__u16){}", state)
}

fn give(cx: &mut Cx<'_>, call: &Call<'_>, text: Code) {
    if call.result.is_some() {
        cx.give(call, CExpr::atom(text, CType::U16, 16));
    }
}

/// Adds data, or takes it away word by word: the sum of complements may be the other zero than the complement of the sum.
fn add(cx: &mut Cx<'_>, call: &Call<'_>, state: &Place, data: &Arg, away: bool) {
    let Some(mut groups) = cx.row_of(data, call.span) else { return };
    if away && !complement(&mut groups) {
        let message = "`subtract` of data that may end within a byte cannot be compiled to XDP yet";
        return cx.refuse(codes::E0524, call.span, message);
    }
    let sum = cx.words(&groups);
    cx.out.assignment(state, code!("(__u16)~@csum_fold64({} + {})", sum, state));
}

/// Turns all bits of a row, and those that fill its last byte. False if not all of it is values, or it is not known what fills the byte.
fn complement(groups: &mut [Group]) -> bool {
    let certain = groups.iter().all(|group| group.condition.is_none());
    let mut width = 0;
    for group in &mut *groups {
        if group.bytes.is_some() {
            return false;
        }
        let own: u32 = group.values.iter().map(|value| value.ty.width()).sum();
        if !certain && !own.is_multiple_of(8) {
            return false;
        }
        width += own;
        for value in &mut group.values {
            let op = match value.ty {
                ScalarType::Bool => UnaryOp::Not,
                ScalarType::Bits { .. } => UnaryOp::Complement,
                ScalarType::Varbit { .. } | ScalarType::Enum(_) | ScalarType::Error => return false,
            };
            let (ty, span) = (value.ty, value.span);
            *value = Expr { kind: ExprKind::Unary(op, Box::new(value.clone())), ty, span };
        }
    }
    let missing = (8 - width % 8) % 8;
    if let Some(last) = groups.last_mut().filter(|_| missing > 0)
        && let Some(span) = last.values.last().map(|value| value.span)
    {
        let ones = (BigUint::from(1u32) << missing) - 1u32;
        last.values.push(Expr { kind: ExprKind::Const(ones), ty: ScalarType::bit(missing), span });
    }
    true
}
