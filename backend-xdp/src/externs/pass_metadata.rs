//! `xdp_pass_metadata(data)` of `xdp_ext.p4`: the packet carries data in front of it to the network stack, if it goes there. What was asked for last
//! counts, at the end ([`crate::emit::stack`]).

use crate::c::code::code;
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::Expr;

pub(super) const PASS_METADATA: Entry = Entry::stateless("xdp_pass_metadata", pass_metadata);

/// Words of 32 bits that kernels of any age let a packet carry.
const MOST_WORDS: usize = 8;

fn pass_metadata(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [data] = call.args else { return Err(OtherShape) };
    if cx.refuse_without_stack(call) {
        return Ok(());
    }
    let Some(groups) = cx.row_of(data, call.span) else { return Ok(()) };
    if groups.is_empty() || groups.iter().any(|group| group.condition.is_some() || group.bytes.is_some()) {
        let message = "what a packet carries to the network stack must be there always, and of one size";
        cx.refuse(codes::E0524, call.span, message);
        return Ok(());
    }
    let values: Vec<Expr> = groups.into_iter().flat_map(|group| group.values).collect();
    let words = cx.pieces(&values, 32, true);
    if words.len() > MOST_WORDS {
        let message = format!("a packet carries at most {} bytes to the network stack", 4 * MOST_WORDS);
        cx.refuse(codes::E0524, call.span, message);
        return Ok(());
    }
    let Some(carried) = cx.carried(words.len()) else {
        let message = "other data that the program hands over is of another size";
        cx.refuse(codes::E0524, call.span, message);
        return Ok(());
    };
    for (place, word) in carried.words.iter().zip(words) {
        let zeros = 32 - word.width;
        let word = word.masked();
        let value = if zeros == 0 { word.text } else { code!("(@__u32){} << {}", word.operand(), zeros) };
        cx.out.assignment(place, value);
    }
    cx.out.assignment(&carried.is_there, code!("1"));
    Ok(())
}
