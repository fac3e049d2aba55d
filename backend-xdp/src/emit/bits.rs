//! The deparser of packets whose headers end within bytes: fields go into the front bit by bit, then what is left of the last byte that was
//! parsed. If that makes whole bytes, the payload stays where it is; else it moves on by the bits that are over.
//!
//! ```text
//! put_bits(shared->front, &shared->front_length, 511, flags->a, 3);      three bits behind those that are there
//! ..
//! if (phase)
//!         put_bits(.., the byte at the cursor, 8 - phase);
//! ```

use super::Cx;
use super::assemble::{FRONT, FRONT_LENGTH, MOST_FRONT_BYTES};
use super::losses::{abort, aborted, cannot_be};
use super::pieces::words_of;
use crate::c::code::{Code, Name, ToCode, code};
use crate::c::expr::CType;
use crate::c::tree::SHARED;
use crate::limits::{LARGEST_OFFSET, MOST_VARBIT};
use p4xdp_control::manifest::losses::Reason;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{Expr, ExprKind, HeaderId, HeaderRef};

/// Bits that are put behind others at once.
const PIECE: u32 = 56;

impl Cx<'_> {
    /// Headers that end within a byte may be emitted, or the payload may begin within one.
    pub(super) fn emits_bits(&self) -> bool {
        let ends_within = |id: HeaderId| {
            !self.program.header_types[self.program.headers[id].ty].fixed_width().is_multiple_of(8)
        };
        self.phase.is_some() || self.emits.iter().any(|slot| ends_within(slot.header))
    }

    /// Refuses to take the payload as bytes where it may begin within one.
    pub(crate) fn check_payload(&mut self) {
        if let Some(phase) = self.phase {
            let span = self.program.locals[phase].span;
            let message = "the payload behind this parser may begin within a byte, and goes into a checksum";
            self.refuse(codes::E0514, span, message);
        }
    }

    /// Writes the emission of headers of any number of bits.
    pub(super) fn assemble_bits(&mut self, span: Span, only_if: Option<&Code>) {
        let slots = self.emits.clone();
        let slots: Vec<_> = slots.into_iter().filter(|s| self.paths.may(s.header).maybe_valid()).collect();
        let longest: u32 = slots.iter().map(|slot| self.header_layout(slot.header).bytes).sum();
        if slots.iter().any(|slot| self.header_layout(slot.header).varbit.is_some()) {
            let message = "a `varbit` beside headers that are no whole number of bytes cannot be emitted";
            self.refuse(codes::E0514, span, message);
        }
        if longest >= MOST_VARBIT.min(MOST_FRONT_BYTES) {
            let message =
                format!("up to {longest} bytes of headers that are no whole number of bytes are emitted");
            self.refuse(codes::E0514, span, message);
        }
        self.front.0 = (longest + 1).next_power_of_two().max(self.front.0);
        if let Some(condition) = only_if {
            self.out.begin_if(condition);
        }
        let parsed = self.fresh("parsed_length", code!("__u32"));
        let text = self.parsed_bytes();
        self.out.assignment(&parsed, code!("({}) & {}", text, LARGEST_OFFSET));
        self.out.line(code!("{}->{} = 0;", SHARED, FRONT_LENGTH));
        self.merge_ways();
        for slot in &slots {
            let id = slot.header;
            let valid = self.validity_flag(id);
            let flag = &slot.flag;
            let test =
                if valid.is_true() { code!("{}", flag) } else { code!("{} && ({})", flag, valid.text) };
            self.out.begin_if(&test);
            self.alternative(|cx| {
                cx.paths.assume(id, true);
                cx.put_header(id, span);
            });
            self.out.end();
            self.end_alternatives();
            self.merge_ways();
        }
        self.put_rest(&parsed);
        self.replace_front(&parsed, span);
        if only_if.is_some() {
            self.out.end();
        }
    }

    /// Writes a header's fields behind what is there.
    fn put_header(&mut self, id: HeaderId, span: Span) {
        let fields = &self.program.header_types[self.program.headers[id].ty].fields;
        let values: Vec<Expr> = (0..)
            .zip(fields)
            .flat_map(|(field, of)| {
                let kind = ExprKind::Field { header: HeaderRef::Header(id), field };
                words_of(&Expr { kind, ty: of.ty, span })
            })
            .collect();
        for piece in self.pieces(&values, PIECE, false) {
            let value = self.fresh("bits", CType::U64.name());
            let width = piece.width;
            self.out.assignment(&value, piece.masked().text);
            self.put_bits(&value.code(), &width.code());
        }
    }

    /// Writes bits of a number behind what is there.
    fn put_bits(&mut self, value: &Code, width: &Code) {
        let mask = self.front.0 - 1;
        self.out.line(code!(
            "@put_bits({}->{}, &{}->{}, {}, {}, {});",
            SHARED,
            FRONT,
            SHARED,
            FRONT_LENGTH,
            mask,
            value,
            width
        ));
    }

    /// Writes what is left of the last byte that was parsed.
    fn put_rest(&mut self, parsed: &Name) {
        let Some(phase) = self.phase else { return };
        let phase = self.local(phase).text;
        self.out.begin_if(&phase);
        self.out.return_if(code!("@data + {} + 1 > @data_end", parsed), cannot_be());
        let rest = code!("*(__u8 *)(@data + {}) & (0xff >> ({} & 7))", parsed, phase);
        self.put_bits(&rest, &code!("8 - ({} & 7)", phase));
        self.out.line(code!("{} += 1;", parsed));
        self.out.end();
        self.merge_ways();
    }

    /// The front of the packet becomes what was put together.
    fn replace_front(&mut self, parsed: &Name, span: Span) {
        let bits = self.fresh("bits", CType::U32.name());
        let bytes = self.fresh("bytes", CType::U32.name());
        let most = self.front.0 - 1;
        self.out.assignment(&bits, code!("{}->{}", SHARED, FRONT_LENGTH));
        self.out.assignment(&bytes, code!("({} >> 3) & {}", bits, most));
        // Bits that are over make the packet a byte longer. That comes first, since no packet may be too short in between.
        let longer = code!("@bpf_xdp_adjust_tail(@ctx, 1)");
        self.out.return_if(code!("{} & 7 &&\n    {}", bits, longer), aborted(Reason::NoRoom));
        let change = code!("@bpf_xdp_adjust_head(@ctx, {} - {})", parsed, bytes);
        self.out.return_if(code!("{} != {} &&\n    {}", parsed, bytes, change), aborted(Reason::NoRoom));
        self.fetch_packet();
        let front = code!("{}->{}", SHARED, FRONT);
        self.copy_to_packet(&code!("@data"), &front, &bytes.code(), most);
        // The payload moves on by the bits that are over.
        if self.module.options.frags {
            let message = "the payload moves by bits behind these headers, which `--frags` cannot do";
            self.refuse(codes::E0514, span, message);
        }
        let over = code!("{}[{}]", front, bytes);
        let shift = code!("@xdp_shift_bits(@ctx, {}, {} >> (8 - ({} & 7)), {} & 7)", bytes, over, bits, bits);
        self.out.return_if(code!("{} & 7 &&\n    {}", bits, shift), abort());
    }
}
