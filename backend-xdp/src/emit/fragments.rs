//! Packets in fragments, such as jumbo frames (`xdp.frags`): in goes what a program asks of the packet's length, out comes C that counts all of it.
//! Pointers reach the first fragment alone, where headers are looked for: a packet with a header beyond it is aborted, never taken for one that is
//! too short.
//!
//! ```text
//! if (p + 14 > data_end && xdp_has_bytes(ctx, data, p, 14))
//!         return p4xdp_lost(XDP_ABORTED, P4XDP_ABORTED);
//! if (p + 14 > data_end)                            without fragments, this alone
//!         goto reject;
//! ```

use super::Cx;
use super::losses::abort;
use super::module::Module;
use crate::c::code::{Code, code};
use p4xdp_control::kernel::Kernel;
use p4xdp_frontend::source::Span;

impl Module<'_> {
    /// Notes what a program needs that takes packets in fragments.
    pub(super) fn take_fragments(&mut self) {
        if self.options.frags {
            let span = self.program.parsers.values().next().map_or(Span::NONE, |parser| parser.span);
            self.need_kernel(Kernel::XDP_FRAGS, "`--frags`", span);
        }
    }
}

impl Cx<'_> {
    /// The bytes of the packet at hand.
    pub(crate) fn packet_bytes(&self) -> Code {
        if self.module.options.frags {
            code!("@bpf_xdp_get_buff_len(@ctx)")
        } else {
            code!("@xdp_length(@data, @data_end)")
        }
    }

    /// Writes the test that the packet has so many bytes at the cursor.
    pub(super) fn ask_for(&mut self, bytes: &Code) {
        let ends = code!("@p + {} > @data_end", bytes);
        self.abort_if_in_fragments(Some(&ends), bytes);
        self.fail_if(ends, "PacketTooShort");
    }

    /// Whether the packet has so many bytes behind the cursor, wherever they are.
    pub(super) fn is_there(&self, bytes: &Code) -> Code {
        if self.module.options.frags {
            code!("@xdp_has_bytes(@ctx, @data, @p, {})", bytes)
        } else {
            code!("@data_end - @p >= {}", bytes)
        }
    }

    /// Writes that a packet is aborted where pointers reach no further (`ends`) and the packet goes on for so many bytes all the same.
    pub(super) fn abort_if_in_fragments(&mut self, ends: Option<&Code>, bytes: &Code) {
        if self.module.options.frags {
            let there = self.is_there(bytes);
            let condition = match ends {
                Some(ends) => code!("({}) &&\n    {}", ends, there),
                None => there,
            };
            self.out.return_if(condition, abort());
        }
    }
}
