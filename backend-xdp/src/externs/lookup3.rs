//! `hash(result, HashAlgorithm.lookup3, data)` of ubpf_model, whose document knows data of at most 64 bits; up to twelve bytes are taken. And
//! `compute_hash(source, destination)`, which p4c's samples declare themselves: the CRC-16/CCITT-FALSE of the first seven bytes of two
//! addresses, each in little-endian order.

use super::UBPF_MODEL;
use crate::c::code::{Code, code};
use crate::c::expr::{CExpr, CType};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::layout::extern_facts::Facts;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::Arg;

pub(super) const LOOKUP3: Entry = Entry::stateless("hash", hash).of(UBPF_MODEL);
pub(super) const COMPUTE_HASH: Entry = Entry::stateless("compute_hash", compute_hash)
    .of(UBPF_MODEL)
    .with(Facts { is_pure: true, ..Facts::none() });

/// Words that are hashed in one step.
const WORDS: usize = 3;

fn hash(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::Out(target), Arg::In(_), data] = call.args else { return Err(OtherShape) };
    let Some(groups) = cx.row_of(data, call.span) else { return Ok(()) };
    if groups.iter().any(|group| group.condition.is_some() || group.bytes.is_some()) {
        let message = "`hash` of data of which some may not be there cannot be compiled to XDP yet";
        cx.refuse(codes::E0524, call.span, message);
        return Ok(());
    }
    let values: Vec<_> = groups.into_iter().flat_map(|group| group.values).collect();
    let pieces = cx.pieces(&values, 32, true);
    let bytes: u32 = pieces.iter().map(|piece| piece.width / 8).sum();
    if pieces.len() > WORDS {
        let message = format!("`hash` of {bytes} bytes cannot be compiled to XDP, at most {}", 4 * WORDS);
        cx.refuse(codes::E0524, call.span, message);
        return Ok(());
    }
    let mut words: Vec<Code> = pieces.into_iter().map(word).collect();
    words.resize(WORDS, code!("0"));
    let digest = cx.fresh("digest", CType::U32.name());
    cx.out.assignment(&digest, code!("@lookup3({}, {})", bytes, Code::join(words, ", ")));
    cx.assign(target, CExpr::atom(digest, CType::U32, 32), call.span);
    Ok(())
}

/// The bytes of a number, its highest byte first, as a little-endian word.
fn word(piece: CExpr) -> Code {
    let missing = 32 - piece.width;
    let value = piece.masked().converted(CType::U32).operand();
    let value = if missing > 0 { code!("{} << {}", value, missing) } else { value };
    code!("__builtin_bswap32({})", value)
}

fn compute_hash(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let values = cx.values(call.args).ok_or(OtherShape)?;
    let [source, destination] = values.as_slice() else { return Err(OtherShape) };
    let (source, destination) = (source.clone().masked().operand(), destination.clone().masked().operand());
    let text = code!("@crc16_ccitt((__u64){} << 32 | {}, 7)", destination, source);
    if call.result.is_some() {
        cx.give(call, CExpr::atom(text, CType::U16, 16));
    }
    Ok(())
}
