//! Packets that go to the network stack: in goes what the program has asked for on their way there, out comes C that does it where the verdict is
//! `XDP_PASS`.
//!
//! ```text
//! if (output.output_action == XDP_PASS)
//!         return cpu ? bpf_redirect_map(&p4xdp_cpus, cpu - 1, XDP_PASS) : XDP_PASS;
//! return output.output_action;
//! ```
//!
//! What it carries is written in front of the packet once nothing else moves it any more; where there is no room, it carries nothing.

use super::Cx;
use super::externs::Call;
use crate::c::code::{Code, Name, code};
use crate::c::expr::CType;
use crate::c::tree::Place;
use p4xdp_control::manifest::PROCESSORS;
use p4xdp_frontend::diagnostic::codes;

/// What the program asks for.
#[derive(Default)]
pub(super) struct ForStack {
    /// One more than the processor that is to take it; 0 if any may.
    cpu: Option<Place>,
    /// What it carries in front of it.
    carried: Option<Carried>,
}

/// Data that a packet carries to the network stack.
#[derive(Clone)]
pub(crate) struct Carried {
    /// Not 0 if it carries any.
    pub(crate) is_there: Place,
    /// The data.
    pub(crate) words: Vec<Place>,
}

impl Cx<'_> {
    /// Refuses a call that is about packets which go to the network stack, where the architecture has none; true then.
    pub(crate) fn refuse_without_stack(&mut self, call: &Call<'_>) -> bool {
        let has_stack = ["xdp_model", "ebpf_model"].contains(&&*self.program.architecture);
        if !has_stack {
            let message = format!(
                "`{}` is about packets that go to the network stack, and `{}` sends none there",
                call.name, self.program.architecture
            );
            self.refuse(codes::E0524, call.span, message);
        }
        !has_stack
    }

    /// Where it is kept which processor takes the packet: one more than its number.
    pub(crate) fn wanted_cpu(&mut self) -> Place {
        let place = match self.for_stack.cpu.take() {
            Some(place) => place,
            None => self.fresh_everywhere("cpu", CType::U32),
        };
        self.for_stack.cpu.insert(place).clone()
    }

    /// Where the data is kept that the packet carries, so many words; none if there are others of another number.
    pub(crate) fn carried(&mut self, words: usize) -> Option<Carried> {
        let carried = match self.for_stack.carried.take() {
            Some(carried) => carried,
            None => Carried {
                is_there: self.fresh_everywhere("has_metadata", CType::U32),
                words: (0..words).map(|_| self.fresh_everywhere("metadata", CType::U32)).collect(),
            },
        };
        Some(self.for_stack.carried.insert(carried).clone()).filter(|carried| carried.words.len() == words)
    }

    /// The program has asked for something.
    pub(super) fn asks_of_stack(&self) -> bool {
        self.for_stack.cpu.is_some() || self.for_stack.carried.is_some()
    }

    /// Writes what is done with a packet that goes to the network stack; the verdict.
    pub(super) fn pass(&mut self) -> Code {
        if let Some(Carried { is_there, words }) = self.for_stack.carried.clone() {
            let front = self.module.names.unique("metadata");
            self.out.begin_if(&is_there);
            self.out.line(code!("@__u32 *{} = @xdp_make_metadata(@ctx, {});", front, 4 * words.len()));
            self.out.blank();
            self.out.begin_if(&front);
            for (at, word) in words.iter().enumerate() {
                self.out.line(code!("{}[{}] = @bpf_htonl({});", front, at, word));
            }
            self.out.end();
            self.out.end();
        }
        match &self.for_stack.cpu {
            None => code!("@XDP_PASS"),
            Some(cpu) => {
                let map = Name::new(PROCESSORS);
                code!("{} ? @bpf_redirect_map(&{}, {} - 1, @XDP_PASS) : @XDP_PASS", cpu, map, cpu)
            }
        }
    }
}
