//! `log_msg(text)` and `log_msg(text, data)` of v1model: a line in the kernel's trace buffer, `/sys/kernel/tracing/trace_pipe`. Each `{}` is a
//! value, of headers and stacks each field. A line has three values at most; with more, the message goes on in the next one.

use super::{V1MODEL, leaves};
use crate::c::code::{Code, code};
use crate::c::expr::{CExpr, CType};
use crate::emit::Cx;
use crate::emit::expr::slice;
use crate::emit::externs::{Call, Entry, OtherShape};
use crate::lacking;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr, ScalarType};

pub(super) const LOG_MSG: Entry = Entry::stateless("log_msg", log).of(V1MODEL);

/// Arguments that `bpf_trace_printk` takes for values.
const MOST_LOGGED: usize = 3;

fn log(cx: &mut Cx<'_>, call: &Call<'_>) -> Result<(), OtherShape> {
    let [Arg::String(text), data @ ..] = call.args else { return Err(OtherShape) };
    let mut values = Vec::new();
    if !data.iter().all(|data| leaves::of_value(cx, data, call.span, &mut values)) {
        cx.refuse(codes::E0524, call.span, "this is nothing that a message can have");
        return Ok(());
    }
    let text = text.trim_matches('"').replace('%', "%%");
    let mut parts = text.split("{}");
    let mut format = parts.next().unwrap_or_default().to_owned();
    let mut values = values.into_iter();
    let mut shown = Vec::new();
    for part in parts {
        match values.next() {
            Some(value) => {
                let Some((how, arguments)) = shown_as(cx, &value, call.span) else { return Ok(()) };
                if shown.len() + arguments.len() > MOST_LOGGED {
                    print(cx, &std::mem::take(&mut format), &std::mem::take(&mut shown));
                }
                format += how;
                shown.extend(arguments);
            }
            None => format += "{}",
        }
        format += part;
    }
    print(cx, &format, &shown);
    Ok(())
}

/// Writes a line of the trace.
fn print(cx: &mut Cx<'_>, format: &str, values: &[Code]) {
    let name = cx.module.names.unique("log_format");
    cx.module.globals.line(code!("static const char {}[] = \"{}\";", name, format.to_owned()));
    let values: Vec<Code> = values.iter().map(|value| code!(", {}", value)).collect();
    cx.out.line(code!("@bpf_trace_printk({}, sizeof({}){});", name, name, Code::join(values, "")));
}

/// How a value is shown, and the arguments for that.
fn shown_as(cx: &mut Cx<'_>, value: &Expr, span: Span) -> Option<(&'static str, Vec<Code>)> {
    let width = value.ty.width();
    if let ScalarType::Varbit { .. } = value.ty {
        cx.module.sink.emit(lacking::VARBIT_VALUE.at(span));
        return None;
    }
    let shown = cx.value(value);
    if width > 64 {
        let shown = shown.masked();
        let half = |hi: u32, lo: u32| slice(shown.clone(), hi, lo).masked().converted(CType::U64).text;
        return Some(("0x%llx%016llx", vec![half(width - 1, 64), half(63, 0)]));
    }
    if value.ty.is_signed() && width > 0 {
        let wide = CExpr { width, ..shown }.sign_extended();
        return Some(("%lld", vec![code!("(__s64){}", wide.operand())]));
    }
    Some(("%llu", vec![code!("(__u64){}", shown.operand())]))
}
