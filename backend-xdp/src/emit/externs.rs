//! Calls of extern functions and methods: those of the architectures, and a library of functions that programs declare
//! themselves.
//!
//! | function | meaning |
//! | --- | --- |
//! | `CounterArray.increment(i)`, `.add(i, n)` | adds to counter `i` of this processor; an index that is not there counts nowhere |
//! | `csum_replace2(csum, old, new)`, `csum_replace4` | the Internet checksum after a word has changed (RFC 1624) |
//! | `ebpf_ipv4_checksum(version, .., dst)` | the checksum of an IPv4 header without options |
//! | `BPF_KTIME_GET_NS()` | nanoseconds since the machine started, the low bits of it |
//! | `BPF_PERF_EVENT_OUTPUT()` | sends the packet's length and the packet, as it is now, to the control plane |
//! | `verify_ipv4_checksum(header)` | whether the 20 bytes of a header have a right checksum; not of an invalid one |
//! | `tcp_conntrack(headers)` | whether a packet belongs to a TCP connection that was opened properly |
//!
//! Any other function is the user's: C that comes along with `--extern`, called with scalars as `__u8` to `__u64`.

use super::Cx;
use super::cexpr::{CExpr, CType, Prec};
use super::field::Referent;
use crate::externs::{CounterArray, Counts, PERF_EVENT_OUTPUT, TCP_CONNTRACK};
use crate::lacking;
use crate::layout::param_order::is_checksum_update;
use p4xdp_frontend::diagnostic::{Diagnostic, codes};
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Arg, Expr, ExprKind, ExternId, HeaderRef, LValue, ScalarType, TypeShape};
use std::sync::Arc;

/// Values that `bpf_trace_printk` takes.
const MOST_LOGGED: usize = 3;

/// A call as the IR has it.
pub(super) struct Call<'c> {
    pub(super) name: &'c str,
    pub(super) args: &'c [Arg],
    pub(super) result: Option<&'c Arg>,
    pub(super) span: Span,
}

impl Cx<'_> {
    /// Writes the call of an extern.
    pub(super) fn call_extern(
        &mut self,
        instance: Option<ExternId>,
        name: &str,
        _type_args: &[TypeShape],
        args: &[Arg],
        result: Option<&Arg>,
        span: Span,
    ) {
        let call = Call { name, args, result, span };
        match instance {
            Some(id) => self.call_method(id, &call),
            None => self.call_function(&call),
        }
    }

    fn call_method(&mut self, id: ExternId, call: &Call<'_>) {
        let counter = self.externs.counters.get(&id).cloned();
        let values: Option<Vec<CExpr>> = self.values(call.args);
        match (counter, call.name, values.as_deref()) {
            (Some(counter), "count", Some([index])) => self.count_packet(&counter, index),
            (Some(counter), "increment", Some([index])) => {
                self.count(&counter.map, counter.sparse, index, "1")
            }
            (Some(counter), "add", Some([index, amount])) => {
                self.count(&counter.map, counter.sparse, index, &amount.text);
            }
            // An instance that was refused is not refused again.
            (None, "increment" | "add" | "count", Some([_, ..]))
                if matches!(&*self.program.externs[id].extern_type, "CounterArray" | "counter") => {}
            (None, "read" | "write", _) if &*self.program.externs[id].extern_type == "register" => {
                self.access_register(id, call);
            }
            _ if matches!(&*self.program.externs[id].extern_type, "meter" | "direct_meter") => {
                self.sink.emit(lacking::METER.at(call.span));
            }
            _ => {
                let ty = Arc::clone(&self.program.externs[id].extern_type);
                let message = format!("method `{}` of extern `{ty}` cannot be had on XDP", call.name);
                self.refuse(codes::E0523, call.span, message);
            }
        }
    }

    fn count(&mut self, map: &str, sparse: bool, index: &CExpr, amount: &str) {
        let function = if sparse { "xdp_count_sparse" } else { "xdp_count" };
        self.out.line(format!("{function}(&{map}, {}, {amount});", index.text));
    }

    /// `read(result, index)`, `write(index, value)`. Beyond the end a read gives 0 and a write does nothing, as on the interpreter.
    fn access_register(&mut self, id: ExternId, call: &Call<'_>) {
        // An instance that was refused is not refused again.
        let Some(register) = self.externs.registers.get(&id).cloned() else { return };
        let (map, bits) = (register.map, CType::of_width(register.ty.width()).computed_bits());
        match (call.name, call.args) {
            ("read", [Arg::Out(target), Arg::In(index)]) if index.ty.width() <= 32 => {
                let index = self.value(index).text;
                let value = self.fresh("value", CType::of_width(bits).name());
                self.out.assignment(&value, &format!("xdp_read{bits}(&{map}, {index})"));
                let value = match register.ty {
                    ScalarType::Bool => CExpr::truth(format!("{value} != 0"), Prec::Equality),
                    ScalarType::Bits { .. }
                    | ScalarType::Varbit { .. }
                    | ScalarType::Enum(_)
                    | ScalarType::Error => CExpr::atom(value, CType::of_width(bits), register.ty.width()),
                };
                self.assign(target, value, call.span);
            }
            ("write", [Arg::In(index), Arg::In(value)]) if index.ty.width() <= 32 => {
                let (index, value) = (self.value(index).text, self.value(value).masked().text);
                self.out.line(format!("xdp_write{bits}(&{map}, {index}, {value});"));
            }
            _ => self.refuse(codes::E0524, call.span, "an index of more than 32 bits is not supported"),
        }
    }

    fn count_packet(&mut self, counter: &CounterArray, index: &CExpr) {
        const LENGTH: &str = "data_end - data";
        let (map, index) = (&counter.map, index.clone().converted(CType::U32));
        match counter.counts {
            Counts::Packets => self.count(map, false, &index, "1"),
            Counts::Bytes => self.count(map, false, &index, LENGTH),
            Counts::PacketsAndBytes => {
                self.out.line(format!("xdp_count_packet(&{map}, {}, {LENGTH});", index.text));
            }
        }
    }

    fn call_function(&mut self, call: &Call<'_>) {
        match (call.name, call.args) {
            (name, [Arg::In(csum), Arg::In(old), Arg::In(new)]) if is_checksum_update(name) => {
                if !self.checksum_in_place(call, [csum, old, new]) {
                    self.call_by_name(call, 16);
                }
            }
            ("ebpf_ipv4_checksum", args) if args.len() == 11 => self.call_by_name(call, 16),
            ("BPF_KTIME_GET_NS", []) => {
                let now = CExpr::atom("bpf_ktime_get_ns()", CType::U64, 64);
                self.give(call, now);
            }
            (PERF_EVENT_OUTPUT, []) => {
                let map = self.externs.events.clone().unwrap_or_default();
                let sent = CExpr::atom(format!("xdp_send_packet(ctx, &{map})"), CType::U32, 32);
                self.give(call, sent);
            }
            ("verify_ipv4_checksum", [Arg::Header(header)]) if self.header_bits(header) == 160 => {
                let verdict = self.verify_ipv4_checksum(header);
                self.give(call, verdict);
            }
            (TCP_CONNTRACK, [Arg::Struct(headers)]) => match self.conntrack_arguments(headers) {
                Some(arguments) => {
                    let map = self.externs.connections.clone().unwrap_or_default();
                    let text = format!("tcp_conntrack(&{map}, {})", arguments.join(", "));
                    self.give(call, CExpr::truth(text, Prec::Postfix));
                }
                None => self.unknown(call),
            },
            ("verify_checksum", _) => self.verify_checksum(call),
            ("update_checksum", _) => self.update_checksum(call),
            ("hash", _) => self.hash(call),
            ("random", [Arg::Out(target), Arg::In(low), Arg::In(high)]) => {
                self.random(target, low, high, call.span);
            }
            ("assert" | "assume", [Arg::In(check)]) => self.assert(check),
            ("log_msg", [Arg::String(text), data @ ..]) => self.log_msg(text, data, call.span),
            ("mark_to_drop", [Arg::Struct(metadata)]) => self.mark_to_drop(metadata),
            _ if self.has_user_functions() && !self.is_of_architecture(call.name) => {
                self.call_user_function(call);
            }
            _ => self.unknown(call),
        }
    }

    /// `random(result, lo, hi)`: both ends included.
    fn random(&mut self, target: &LValue, low: &Expr, high: &Expr, span: Span) {
        let width = low.ty.width();
        if width > 64 {
            return self.refuse(codes::E0512, span, "a random number of more than 64 bits is not supported");
        }
        let (low, high) = (self.value(low), self.value(high));
        let number = self.fresh("number", "__u64");
        self.out.line(format!("{number} = xdp_random({}, {});", low.text, high.text));
        self.assign(target, super::expr::slice(CExpr::atom(number, CType::U64, 64), width - 1, 0), span);
    }

    /// A check that fails aborts the packet.
    fn assert(&mut self, check: &Expr) {
        let holds = self.condition(check);
        if holds.text != "true" {
            self.out.line(format!("if (!{})\n\treturn {};", holds.operand(), self.abort));
        }
        self.assume(check, true);
    }

    /// Goes to the kernel's trace buffer, `/sys/kernel/tracing/trace_pipe`. Each `{}` is a value.
    fn log_msg(&mut self, text: &str, data: &[Arg], span: Span) {
        let Some(values) = (match data {
            [Arg::Struct(fields)] => self.scalars_of(fields, span),
            _ => Some(Vec::new()),
        }) else {
            return;
        };
        if values.len() > MOST_LOGGED || values.iter().any(|value| value.ty.width() > 64) {
            let message =
                format!("`log_msg` can have at most {MOST_LOGGED} values of at most 64 bits on XDP");
            return self.refuse(codes::E0524, span, message);
        }
        let text = text.trim_matches('"').replace('%', "%%").replace("{}", "%llu");
        let name = self.names.unique("log_format");
        self.globals.line(format!("static const char {name}[] = \"{text}\";"));
        let values: Vec<String> =
            values.iter().map(|value| format!(", (__u64){}", self.value(value).operand())).collect();
        self.out.line(format!("bpf_trace_printk({name}, sizeof({name}){});", values.concat()));
    }

    fn mark_to_drop(&mut self, metadata: &[(Arc<str>, Arg)]) {
        for (field, arg) in metadata {
            let value = if &**field == "egress_spec" { "511" } else { "0" };
            if matches!(&**field, "egress_spec" | "mcast_grp")
                && let Arg::Out(LValue::Local(variable)) = arg
            {
                let variable = self.local(*variable).text;
                self.out.assignment(&variable, value);
            }
        }
    }

    /// A function of the architecture's that cannot be had yet, and is not the user's to define.
    fn is_of_architecture(&self, name: &str) -> bool {
        &*self.program.architecture == "v1model" && lacking::v1model_function(name).is_some()
    }

    pub(super) fn unknown(&mut self, call: &Call<'_>) {
        if &*self.program.architecture == "v1model"
            && let Some(lacking) = lacking::v1model_function(call.name)
        {
            self.sink.emit(lacking.at(call.span));
            return;
        }
        let message = format!("extern function `{}` has no implementation on XDP", call.name);
        self.sink.emit(
            Diagnostic::error(codes::E0523, call.span, message).with_note(
                "define it in C and give the file with `--extern`; `p4xdp explain E0523` tells how",
            ),
        );
    }

    /// An update of a checksum from numbers that mostly are in headers: without swapping them, which changes nothing
    /// but the order of the result. Clang drops that swap too where the result goes to a header.
    fn checksum_in_place(&mut self, call: &Call<'_>, args: [&Expr; 3]) -> bool {
        if args.iter().filter(|arg| self.is_in_network_order(arg)).count() < 2 {
            return false;
        }
        let numbers = args.map(|arg| self.network(arg, arg.ty.width() / 8).text);
        let text = format!("bpf_ntohs({}({}))", call.name, numbers.join(", "));
        self.give(call, CExpr::atom(text, CType::U16, 16));
        true
    }

    /// The number needs no swap to be had in network order.
    fn is_in_network_order(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Const(_) => true,
            ExprKind::Field { header, field } => self.raw_field(header, *field).is_some(),
            ExprKind::Local(local) => {
                self.wire_params.get(local).is_some_and(|param| param.integer(expr.ty.width() / 8).is_some())
            }
            ExprKind::IsValid(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Conditional(..)
            | ExprKind::Cast(_)
            | ExprKind::Slice { .. } => false,
        }
    }

    /// A C function of the same name, with the arguments in order and a result of so many bits.
    fn call_by_name(&mut self, call: &Call<'_>, width: u32) {
        match self.values(call.args) {
            Some(values) => {
                let arguments: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
                let text = format!("{}({})", call.name, arguments.join(", "));
                self.give(call, CExpr::atom(text, CType::U16, width));
            }
            None => self.unknown(call),
        }
    }

    /// The arguments, if all of them are scalars that are read.
    fn values(&mut self, args: &[Arg]) -> Option<Vec<CExpr>> {
        args.iter()
            .map(|arg| match arg {
                Arg::In(expr) => Some(self.value(expr)),
                Arg::While { .. }
                | Arg::Out(_)
                | Arg::Header(_)
                | Arg::Stack(_)
                | Arg::Struct(_)
                | Arg::String(_)
                | Arg::Extern(_)
                | Arg::Packet
                | Arg::Missing => None,
            })
            .collect()
    }

    /// Puts the result where the program wants it; a call without one is a statement.
    pub(super) fn give(&mut self, call: &Call<'_>, value: CExpr) {
        let Some(Arg::Out(target)) = call.result else {
            self.out.line(format!("{};", value.text));
            return;
        };
        let width = self.lvalue_width(target);
        // As wide as the program has declared it.
        let value = if width < value.width {
            CExpr { width, clean: false, ..value }
        } else {
            CExpr { width, ..value }
        };
        let pure = is_checksum_update(call.name)
            || matches!(call.name, "ebpf_ipv4_checksum" | "BPF_KTIME_GET_NS" | "verify_ipv4_checksum");
        match target {
            LValue::Local(variable) if !pure => {
                let variable = self.local(*variable);
                self.out.call(&variable.text, &value.masked().text);
            }
            LValue::Field { .. } | LValue::Slice { .. } if !pure => {
                // Written once, whatever the target takes.
                let ty = CType::of_width(width);
                let name = self.fresh("result", ty.name());
                self.out.call(&name, &value.masked().text);
                self.assign(target, CExpr::atom(name, ty, width), call.span);
            }
            LValue::Local(_) | LValue::Field { .. } | LValue::Slice { .. } => {
                self.assign(target, value, call.span);
            }
        }
    }

    pub(super) fn lvalue_width(&self, lvalue: &LValue) -> u32 {
        match lvalue {
            LValue::Local(id) => self.program.locals[*id].ty.width(),
            LValue::Field { header, field } => self.field_width(header, *field),
            LValue::Slice { hi, lo, .. } => hi - lo + 1,
        }
    }

    fn header_bits(&mut self, header: &HeaderRef) -> u32 {
        let Referent::One(id) = self.referent(header) else { return 0 };
        let ty = &self.program.header_types[self.program.headers[id].ty];
        if ty.varbit_field().is_some() { 0 } else { ty.fixed_width() }
    }

    fn verify_ipv4_checksum(&mut self, header: &HeaderRef) -> CExpr {
        let Referent::One(id) = self.referent(header) else { return CExpr::boolean(false) };
        let Some(first) = self.field_place(id, 0) else { return CExpr::boolean(false) };
        let integer = self.is_integer(id, &first);
        self.choose_holder(id, &CExpr::boolean(false), |cx, base| {
            let name = cx.member_name(id, &first, base);
            let address = if integer { format!("&{name}") } else { name };
            CExpr::truth(format!("xdp_ipv4_checksum_ok({address})"), Prec::Postfix)
        })
    }

    /// Addresses, ports and flags out of a structure of headers with `ipv4` and `tcp`.
    fn conntrack_arguments(&mut self, headers: &[(Arc<str>, Arg)]) -> Option<Vec<String>> {
        const FIELDS: [(&str, &str, u32); 7] = [
            ("ipv4", "srcAddr", 32),
            ("ipv4", "dstAddr", 32),
            ("tcp", "srcPort", 16),
            ("tcp", "dstPort", 16),
            ("tcp", "syn", 1),
            ("tcp", "ack", 1),
            ("tcp", "fin", 1),
        ];
        FIELDS
            .iter()
            .map(|&(header, field, width)| {
                let reference = headers.iter().find_map(|(name, arg)| match arg {
                    Arg::Header(reference) if &**name == header => Some(reference),
                    _ => None,
                })?;
                let Referent::One(id) = self.referent(reference) else { return None };
                let ty = &self.program.header_types[self.program.headers[id].ty];
                let position = ty.fields.iter().position(|f| &*f.name == field && f.ty.width() == width)?;
                let kind =
                    ExprKind::Field { header: HeaderRef::Header(id), field: u32::try_from(position).ok()? };
                let value = self.value(&Expr { kind, ty: ScalarType::bit(width), span: Span::NONE });
                Some(value.text)
            })
            .collect()
    }
}
