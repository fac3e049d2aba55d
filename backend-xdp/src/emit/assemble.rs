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
use super::losses::{aborted, cannot_be};
use super::member_access::Address;
use crate::c::code::{Code, Known, Name, ToCode, code};
use crate::c::tree::SHARED;
use crate::layout::paths::May;
use crate::layout::storage::Varbit;
use crate::limits::MOST_VARBIT;
use p4xdp_control::manifest::losses::Reason;
use p4xdp_frontend::diagnostic::codes;
use p4xdp_frontend::source::Span;
use p4xdp_midend::ir::{HeaderId, HeaderRef};

/// The member of the shared structure that the front is put together in.
pub(super) const FRONT: Known = Known("front");

/// The member that holds the front's length.
pub(super) const FRONT_LENGTH: Known = Known("front_length");

/// Longest front, unless the program needs a longer one; a power of two.
pub(super) const FRONT_BYTES: u32 = 512;

/// The same of a header in it.
pub(super) const LONGEST_PIECE: u32 = 256;

/// Longest front of all.
pub(super) const MOST_FRONT_BYTES: u32 = 4096;

impl Cx<'_> {
    /// Writes the emission of headers whose places are not known before the program runs.
    pub(super) fn assemble(&mut self, span: Span, only_if: Option<&Code>) {
        let slots = self.emits.clone();
        let slots: Vec<_> = slots.into_iter().filter(|s| self.paths.may(s.header).maybe_valid()).collect();
        let longest: u32 = slots.iter().map(|slot| self.longest(slot.header).0).sum();
        if longest > MOST_FRONT_BYTES {
            let message = format!(
                "up to {longest} bytes of headers are emitted in varying order, at most {MOST_FRONT_BYTES} are supported"
            );
            self.refuse(codes::E0516, span, message);
        }
        for slot in &slots {
            self.check_moved(slot.header);
        }
        let piece = slots.iter().map(|slot| self.longest(slot.header).1).max().unwrap_or(0);
        self.front = (longest.next_power_of_two().max(FRONT_BYTES), piece.max(LONGEST_PIECE));
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
                cx.emitted_varbit(id)
            });
            self.merge_ways();
        }
        let length = code!("{}->{}", SHARED, FRONT_LENGTH);
        let longer = code!("@bpf_xdp_adjust_head(@ctx, {} - {})", parsed, length);
        self.out.return_if(code!("{} != {} &&\n    {}", parsed, length, longer), aborted(Reason::NoRoom));
        self.fetch_packet();
        self.out.line(code!("{}->{} = 0;", SHARED, FRONT_LENGTH));
        for slot in &slots {
            self.on_emitted(&slot.flag, slot.header, &at, |cx, id, at| {
                let bytes = cx.header_layout(id).bytes;
                cx.out.return_if(code!("@data + {} + {} > @data_end", at, bytes), cannot_be());
                cx.out.line(code!("@copy_bytes(@data + {}, {}->{} + {}, {});", at, SHARED, FRONT, at, bytes));
                let length = cx.emitted_varbit(id);
                if let (Some(length), Some(varbit)) = (&length, cx.header_layout(id).varbit) {
                    let to = code!("@data + {} + {}", at, bytes);
                    let from = code!("{}->{} + {} + {}", SHARED, FRONT, at, bytes);
                    cx.copy_to_packet(&to, &from, length, varbit.most);
                }
                length
            });
            self.merge_ways();
        }
        if only_if.is_some() {
            self.out.end();
        }
    }

    /// Bytes that a header may have, and those that it needs room for in the front.
    fn longest(&self, id: HeaderId) -> (u32, u32) {
        let layout = self.header_layout(id);
        let Some(varbit) = layout.varbit.filter(|_| self.storage.headers[id].may_be_long()) else {
            return (layout.bytes, layout.bytes);
        };
        (layout.bytes + varbit.most, layout.bytes + (varbit.most + 1).next_power_of_two())
    }

    fn check_moved(&mut self, id: HeaderId) {
        let most = self.header_layout(id).varbit.map_or(0, |varbit| varbit.most);
        if self.storage.headers[id].in_packet && most > MOST_VARBIT {
            let bits = MOST_VARBIT * 8;
            let message = format!(
                "a header with a `varbit` of more than {bits} bits would have to be moved in the packet"
            );
            self.refuse(codes::E0513, self.program.headers[id].span, message);
        }
    }

    /// Writes what is done with a header that is emitted: `part` is given the name of the offset in the front, and returns how long its varbit
    /// is, if it has one.
    fn on_emitted(
        &mut self,
        flag: &Name,
        id: HeaderId,
        at: &Name,
        part: impl FnOnce(&mut Self, HeaderId, &Name) -> Option<Code>,
    ) {
        let valid = self.validity_flag(id);
        let test = if valid.is_true() { flag.code() } else { code!("{} && ({})", flag, valid.text) };
        self.out.begin_if(&test);
        let bytes = self.header_layout(id).bytes;
        self.out.line(code!("{} = {}->{} & {};", at, SHARED, FRONT_LENGTH, self.front.0 - 1));
        let mut length = None;
        self.alternative(|cx| {
            cx.paths.assume(id, true);
            length = part(cx, id, at);
        });
        self.out.line(match length {
            Some(length) => code!("{}->{} = {} + {} + ({});", SHARED, FRONT_LENGTH, at, bytes, length),
            None => code!("{}->{} = {} + {};", SHARED, FRONT_LENGTH, at, bytes),
        });
        self.out.end();
    }

    /// Copies a header, which is valid, to the front.
    fn save(&mut self, id: HeaderId, at: &Name) {
        let May { packet, memory, .. } = self.paths.may(id);
        let bytes = self.fixed_bytes(&HeaderRef::Header(id));
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
        if packet && let Some(varbit) = self.header_layout(id).varbit {
            self.save_varbit(id, &base.behind(bytes), bytes, varbit.most);
        }
        if packet && memory {
            self.out.begin_else(None);
        }
        match self.lifted(id) {
            Some(varbit) if memory => self.save_lifted(id, &varbit, at),
            Some(_) | None if memory => self.write_made(id, &base),
            Some(_) | None => {}
        }
        if packet && memory {
            self.out.end();
        }
    }

    /// Copies what a header in the packet has more than its fixed bytes.
    fn save_varbit(&mut self, id: HeaderId, to: &Address, fixed: u32, most: u32) {
        let storage = self.storage.headers[id].clone();
        let Some(length) = storage.varbit else { return };
        // Where it was pinned under a test of its own, the pointer may be none.
        let doubtful = !self.paths.may(id).memory && self.is_doubtful(id);
        if doubtful {
            let here = self.here(id);
            self.out.begin_if(&here);
        }
        let from = code!("(void *){} + {}", storage.pointer, fixed);
        self.copy_from_packet(&to.code(), &from, &length.code(), most);
        if doubtful {
            self.out.end();
        }
    }

    /// Copies a lifted header: what stands behind the varbit goes where that ends.
    fn save_lifted(&mut self, id: HeaderId, varbit: &Varbit, at: &Name) {
        let layout = self.header_layout(id).clone();
        let (front, behind) = layout.around_varbit();
        let base = |at: &Name| Address::of_sum(code!("{}->{}", SHARED, FRONT), at);
        self.write_members(id, front, &base(at));
        let offset = layout.varbit.map_or(0, |place| place.offset / 8);
        let whole = varbit.most.next_multiple_of(8);
        self.out.line(code!("@copy_bytes({}, {}, {});", base(at).behind(offset), varbit.array(), whole));
        if !behind.is_empty() {
            let end = code!("({} + {} + {}) & {}", at, offset, varbit.count(), self.front.0 - 1);
            let end = self.count_of("behind", &end);
            self.write_members(id, behind, &base(&end));
        }
    }
}
