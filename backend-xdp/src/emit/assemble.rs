//! The general way to deparse: headers that are emitted go to memory one behind the other, the front of the packet is made as
//! long as that, and they go back.
//!
//! ```text
//! at = shared->front_length & 511;                at = shared->front_length & 511;
//! copy_bytes(shared->front + at, ipv4, 20);       if (data + at + 20 > data_end) ..
//! shared->front_length = at + 20;                 copy_bytes(data + at, shared->front + at, 20);
//! ```
//!
//! The length goes through memory for the verifier's sake: it would otherwise follow each combination of headers by itself.

use super::Cx;
use super::member_access::Address;
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::tree::SHARED;
use crate::layout::paths::May;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{HeaderId, HeaderRef};

/// The member of the shared structure that the front is put together in.
pub(super) const FRONT: Known = Known("front");

/// The member that holds the front's length.
pub(super) const FRONT_LENGTH: Known = Known("front_length");

/// Longest front, a power of two.
pub(super) const FRONT_BYTES: u32 = 512;

/// Longest header in it.
pub(super) const LONGEST_PIECE: u32 = 256;

impl Cx<'_> {
    /// Writes the emission of headers whose places are not known before the program runs.
    pub(super) fn assemble(&mut self, span: Span, only_if: Option<&Code>) {
        let slots = self.emits.clone();
        let slots: Vec<_> = slots.into_iter().filter(|s| self.paths.may(s.header).maybe_valid()).collect();
        let longest: u32 = slots.iter().map(|s| self.header_layout(s.header).bytes).sum();
        if longest > FRONT_BYTES {
            let message = format!(
                "up to {longest} bytes of headers are emitted in varying order, at most {FRONT_BYTES} are supported"
            );
            self.refuse(codes::E0516, span, message);
        }
        if let Some(condition) = only_if {
            self.out.begin_if(condition);
        }
        let at = self.fresh("at", code!("__u32"));
        let parsed = self.fresh("parsed_length", code!("__u32"));
        let text = self.parsed_bytes();
        self.out.assignment(&parsed, &text);
        self.out.line(code!("{}->{} = 0;", SHARED, FRONT_LENGTH));
        self.merge_ways();
        for slot in &slots {
            self.on_emitted(&slot.flag, slot.header, &at, |cx, id, at| {
                cx.save(id, at);
            });
            self.merge_ways();
        }
        let length = code!("{}->{}", SHARED, FRONT_LENGTH);
        let longer = code!("@bpf_xdp_adjust_head(@ctx, {} - {})", parsed, length);
        self.out.return_if(code!("{} != {} &&\n    {}", parsed, length, longer), self.abort);
        self.out.line(code!("@data = @xdp_data(@ctx);"));
        self.out.line(code!("@data_end = @xdp_data_end(@ctx);"));
        self.out.line(code!("{}->{} = 0;", SHARED, FRONT_LENGTH));
        for slot in &slots {
            let abort = self.abort;
            self.on_emitted(&slot.flag, slot.header, &at, |cx, id, at| {
                let bytes = cx.header_layout(id).bytes;
                cx.out.return_if(code!("@data + {} + {} > @data_end", at, bytes), abort);
                cx.out.line(code!("@copy_bytes(@data + {}, {}->{} + {}, {});", at, SHARED, FRONT, at, bytes));
            });
            self.merge_ways();
        }
        if only_if.is_some() {
            self.out.end();
        }
    }

    /// Writes what is done with a header that is emitted: `part` is given the name of the offset in the front.
    fn on_emitted(
        &mut self,
        flag: &Name,
        id: HeaderId,
        at: &Name,
        part: impl FnOnce(&mut Self, HeaderId, &Name),
    ) {
        let valid = self.validity_flag(id);
        let test = if valid.is_true() { flag.code() } else { code!("{} && ({})", flag, valid.text) };
        self.out.begin_if(&test);
        let bytes = self.header_layout(id).bytes;
        self.out.line(code!("{} = {}->{} & {};", at, SHARED, FRONT_LENGTH, FRONT_BYTES - 1));
        self.alternative(|cx| {
            cx.paths.assume(id, true);
            part(cx, id, at);
        });
        self.out.line(code!("{}->{} = {} + {};", SHARED, FRONT_LENGTH, at, bytes));
        self.out.end();
    }

    /// Copies a header, which is valid, to the front.
    fn save(&mut self, id: HeaderId, at: &Name) {
        let May { packet, memory, .. } = self.paths.may(id);
        let layout = self.header_layout(id).clone();
        if layout.fields.iter().any(Option::is_none) {
            let span = self.program.headers[id].span;
            self.refuse(
                codes::E0513,
                span,
                "a header with a `varbit` field would have to be moved in the packet",
            );
        }
        let bytes = self.fixed_bytes(&HeaderRef::Header(id));
        if bytes > LONGEST_PIECE {
            let span = self.program.headers[id].span;
            self.refuse(
                codes::E0516,
                span,
                format!("a header of more than {LONGEST_PIECE} bytes would have to be moved"),
            );
        }
        let base = Address::of_sum(code!("{}->{}", SHARED, FRONT), at);
        if packet {
            self.pin(id);
        }
        let storage = self.storage.headers[id].clone();
        if packet && memory {
            let here = self.here(id);
            self.out.begin_if(&here);
        }
        if packet && !memory && self.is_doubtful(id) {
            // It was pinned under a test of its own.
            let here = self.here(id);
            self.out.line(code!("if ({})\n\t@copy_bytes({}, {}, {});", here, base, storage.pointer, bytes));
        } else if packet {
            self.out.line(code!("@copy_bytes({}, {}, {});", base, storage.pointer, bytes));
        }
        if packet && memory {
            self.out.begin_else(None);
        }
        if memory {
            self.write_made(id, &base);
        }
        if packet && memory {
            self.out.end();
        }
    }
}
