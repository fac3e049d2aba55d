//! `log_msg(text)` and `log_msg(text, data)` of v1model: a line in the kernel's trace buffer, `/sys/kernel/tracing/trace_pipe`. Each `{}` is a
//! value.

use super::V1MODEL;
use crate::c::code::{Code, code};
use crate::emit::Cx;
use crate::emit::externs::{Call, Entry, OtherShape};
use p4xdp_frontend::diagnostic::codes;
use p4xdp_midend::ir::{Arg, Expr};
use std::sync::Arc;

pub(super) const LOG_MSG: Entry = Entry::stateless("log_msg", log).of(V1MODEL);

/// Values that `bpf_trace_printk` takes.
const MOST_LOGGED: usize = 3;

fn log(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::String(text), data @ ..] = call.args else { return Err(OtherShape) };
    let mut values = Vec::new();
    if let [Arg::Struct(fields)] = data
        && !scalars(fields, &mut values)
    {
        cx.module.sink.emit(crate::lacking::HEADER_IN_MESSAGE.at(call.span));
        return Ok(());
    }
    if values.len() > MOST_LOGGED || values.iter().any(|value| value.ty.width() > 64) {
        let message = format!("`log_msg` can have at most {MOST_LOGGED} values of at most 64 bits on XDP");
        cx.refuse(codes::E0524, call.span, message);
        return Ok(());
    }
    let text = text.trim_matches('"').replace('%', "%%").replace("{}", "%llu");
    let name = cx.module.names.unique("log_format");
    cx.module.globals.line(code!("static const char {}[] = \"{}\";", name, text));
    let values: Vec<Code> =
        values.into_iter().map(|value| code!(", (__u64){}", cx.value(value).operand())).collect();
    cx.out.line(code!("@bpf_trace_printk({}, sizeof({}){});", name, name, Code::join(values, "")));
    Ok(())
}

/// The scalars that a list consists of, in order; false if there is anything else in it.
fn scalars<'a>(data: &'a [(Arc<str>, Arg)], into: &mut Vec<&'a Expr>) -> bool {
    data.iter().all(|(_, arg)| match arg {
        Arg::In(expr) | Arg::While { value: expr, .. } => {
            into.push(expr);
            true
        }
        Arg::Struct(fields) => scalars(fields, into),
        Arg::Out(_)
        | Arg::Header(_)
        | Arg::Stack(_)
        | Arg::String(_)
        | Arg::Extern(_)
        | Arg::Packet
        | Arg::Missing => false,
    })
}
