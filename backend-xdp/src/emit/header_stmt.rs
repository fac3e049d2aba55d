//! Statements on whole headers and stacks: validity, copies, pushes and pops.

use super::Cx;
use super::member_access::{Holder, copy_array};
use crate::c::code::{Name, ToCode, code};
use crate::c::tree::SHARED;
use crate::layout::paths::{Hold, May};
use crate::layout::storage::Offset;
use p4xdp_midend::ir::{HeaderId, StackId};

impl Cx<'_> {
    /// `setValid` and `setInvalid`.
    pub(super) fn set_valid(&mut self, id: HeaderId, valid: bool) {
        let may = self.paths.may(id);
        let storage = self.storage.headers[id].clone();
        if !valid {
            if may.packet && storage.in_packet {
                self.set_here(id, false);
            }
            if may.memory {
                self.out.assignment(&storage.made, code!("@false"));
            }
            self.paths.set(id, Hold::Absent);
            return;
        }
        if may.surely_valid() {
            return;
        }
        let guard = may.maybe_valid().then(|| self.validity_flag(id));
        if let Some(valid) = &guard {
            self.out.begin_if(code!("!{}", valid.operand()));
        }
        let tag = self.tag_of(id);
        self.out.assignment(&storage.memory, code!("(struct {}){{}}", tag));
        if let Some(varbit) = &storage.lifted {
            self.empty_varbit(varbit);
        }
        self.out.assignment(&storage.made, code!("@true"));
        if guard.is_some() {
            self.out.end();
        }
        self.paths.make_valid(id);
    }

    fn tag_of(&self, id: HeaderId) -> Name {
        self.header_layout(id).tag.clone()
    }

    pub(super) fn copy_header(&mut self, dst: HeaderId, src: HeaderId) {
        if dst == src {
            return;
        }
        let from = self.paths.may(src);
        if !from.maybe_valid() {
            return self.set_valid(dst, false);
        }
        if from.absent {
            // In a parser, where one flag is in the shared structure and the other is not, the verifier does not know that they go together.
            let apart = self.in_parser.is_some()
                && self.storage.headers[src].made.is_shared()
                && self.paths.may(dst).absent;
            // Where a parser reads it anew, one test is enough: behind it the pointer is made.
            let anew = self.in_parser.is_some() && self.is_fetched(src);
            let valid = if anew { self.validity_flag(src) } else { self.header_is_valid(src) };
            self.out.begin_if(&valid.text);
            let copied = self.alternative(|cx| {
                cx.paths.assume(src, true);
                let May { packet, absent, memory } = cx.paths.may(dst);
                if apart && packet && !absent && !memory {
                    let here = cx.here(dst);
                    cx.out.begin_if(&here);
                    cx.copy_fields(dst, src);
                    cx.out.end();
                } else {
                    cx.copy_fields(dst, src);
                }
            });
            self.out.begin_else(None);
            self.paths.assume(src, false);
            self.set_valid(dst, false);
            self.out.end();
            self.paths.join(copied);
            self.merge_ways();
        } else {
            self.copy_fields(dst, src);
        }
    }

    /// Copies between headers, of which the source is valid.
    fn copy_fields(&mut self, dst: HeaderId, src: HeaderId) {
        let to = self.paths.may(dst);
        let storage = self.storage.headers[dst].clone();
        let in_place = to.packet && !to.absent && !to.memory;
        if in_place {
            self.pin(dst);
        }
        let layout = self.header_layout(dst).clone();
        self.copy_lifted(dst, src);
        let target = if in_place { Holder::Packet(storage.pointer) } else { Holder::Memory(storage.memory) };
        self.for_each_holder(src, |cx, holder| {
            for member in &layout.members {
                let (to, from) = (code!("{}{}", target, member.name), code!("{}{}", holder, member.name));
                cx.out.line(if member.integer {
                    code!("{} = {};", to, from)
                } else {
                    copy_array(member, &to, &from, !in_place || holder.is_memory())
                });
            }
        });
        if !in_place {
            let storage = self.storage.headers[dst].clone();
            if to.packet && storage.in_packet {
                self.set_here(dst, false);
            }
            self.out.assignment(&storage.made, code!("@true"));
            self.paths.set(dst, Hold::Memory);
        }
    }

    pub(super) fn push_front(&mut self, id: StackId, count: u32) {
        let stack = &self.program.stacks[id];
        let (elements, size) = (stack.elements.clone(), stack.elements.len());
        let by = (count as usize).min(size);
        for i in (by..size).rev() {
            if let (Some(&to), Some(&from)) = (elements.get(i), elements.get(i - by)) {
                self.move_header(to, from);
            }
        }
        for &element in elements.iter().take(by) {
            self.set_valid(element, false);
        }
        let (next, known) = (self.variable(stack.next_index), self.known_next(id));
        self.set_next(id, |n| (n + count).min(size as u32));
        let value = match (known, self.known_next(id)) {
            (_, Some(n)) => n.code(),
            _ => code!("{} < {} ? {} + {} : {}", next, size - by, next, count, size),
        };
        self.out.assignment(&next, &value);
    }

    pub(super) fn pop_front(&mut self, id: StackId, count: u32) {
        let stack = &self.program.stacks[id];
        let (elements, size) = (stack.elements.clone(), stack.elements.len());
        let by = (count as usize).min(size);
        for i in 0..size - by {
            if let (Some(&to), Some(&from)) = (elements.get(i), elements.get(i + by)) {
                self.move_header(to, from);
            }
        }
        for &element in elements.iter().skip(size - by) {
            self.set_valid(element, false);
        }
        let next = self.variable(stack.next_index);
        self.set_next(id, |n| n.saturating_sub(count));
        let value = match self.known_next(id) {
            Some(n) => n.code(),
            None => code!("{} > {} ? {} - {} : 0", next, count, next, count),
        };
        self.out.assignment(&next, &value);
    }

    /// A header takes the place of another that is overwritten or invalidated next.
    fn move_header(&mut self, to: HeaderId, from: HeaderId) {
        let (old, new) = (self.paths.may(to), self.paths.may(from));
        let (a, b) = (self.storage.headers[to].clone(), self.storage.headers[from].clone());
        if a.in_packet && (old.packet || new.packet) {
            self.take_place(to, from, new.packet);
        }
        if a.in_memory && (old.memory || new.memory) {
            if new.memory {
                self.out.line(code!("{} = {};", a.memory, b.memory));
                self.copy_lifted(to, from);
            }
            self.out.assignment(&a.made, if new.memory { b.made.code() } else { code!("@false") });
        }
        self.paths.take_over(to, from);
    }

    /// The place in the packet goes from one header to another.
    fn take_place(&mut self, to: HeaderId, from: HeaderId, in_packet: bool) {
        let (a, b) = (self.storage.headers[to].clone(), self.storage.headers[from].clone());
        if !in_packet {
            return self.set_here(to, false);
        }
        let source = self.here(from);
        if !self.is_fetched(to) {
            self.out.assignment(&a.pointer, &b.pointer);
            self.out.assignment(&a.here, &b.here);
        }
        if let Some(Offset { at, has, .. }) = a.shared {
            let offset = match b.shared {
                None => code!("(void *){} - @data", b.pointer),
                Some(offset) => code!("{}->{}", SHARED, offset.at),
            };
            self.out.update(&at, code!("{}->{} = {};", SHARED, at, offset));
            self.out.update(&has, code!("{}->{} = {};", SHARED, has, source));
            self.pinned.remove(&to);
        } else if b.shared.is_some() && self.in_parser.is_none() {
            let span = self.program.headers[to].span;
            self.bug(span, "a header in local variables takes the place of one that is shared");
        }
    }
}
