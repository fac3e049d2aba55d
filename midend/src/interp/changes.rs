//! What a statement changes of headers, for traces: fields, and which headers are there.

use super::layout::Slot;
use super::run::Run;
use super::trace::{EventKind, number};
use super::value::Value;
use num_bigint::BigUint;
use p4xdp_frontend::source::Span;

/// A header as it was: valid, and the values of its fields.
type Before = (usize, bool, Vec<BigUint>);

impl Run<'_> {
    /// Notes that a field is about to become `new`.
    pub(super) fn field_event(&mut self, header: usize, slot: Slot, new: &Value, span: Span) {
        let layout = &self.code.layout;
        let fields = layout.type_of(header).map(|t| t.fields.as_slice()).unwrap_or_default();
        let Some(index) = fields.iter().position(|f| layout.absolute(header, f.slot) == slot) else { return };
        let old = number(&self.storage.get(slot));
        self.changed(header, index, old, number(new), span);
    }

    fn changed(&mut self, header: usize, index: usize, old: BigUint, new: BigUint, span: Span) {
        let names = &self.code.names;
        let of_type =
            self.code.layout.headers.get(header).and_then(|place| names.fields.get(place.ty as usize));
        if let (Some(header), Some(field)) = (names.headers.get(header), of_type.and_then(|f| f.get(index)))
            && old != new
        {
            let field = format!("{header}.{field}");
            self.event(span, |_| EventKind::Field { field, old, new });
        }
    }

    /// Does something to whole headers, and notes what changed of them.
    pub(super) fn observed(
        &mut self,
        headers: impl Iterator<Item = usize>,
        span: Span,
        act: impl FnOnce(&mut Self),
    ) {
        if self.trace.is_none() {
            return act(self);
        }
        let before: Vec<Before> =
            headers.map(|header| (header, self.storage.is_valid(header), self.values(header))).collect();
        act(self);
        for (header, was_valid, old) in before {
            let valid = self.storage.is_valid(header);
            if valid != was_valid {
                self.event(span, |run| EventKind::Validity {
                    header: run.code.names.headers.get(header).cloned().unwrap_or_default(),
                    valid,
                });
            }
            // Of an invalid header there is nothing to be seen.
            let new = if valid { self.values(header) } else { Vec::new() };
            for (index, (old, new)) in old.into_iter().zip(new).enumerate() {
                self.changed(header, index, old, new, span);
            }
        }
    }

    fn values(&self, header: usize) -> Vec<BigUint> {
        let layout = &self.code.layout;
        let fields = layout.type_of(header).map(|ty| ty.fields.as_slice()).unwrap_or_default();
        fields.iter().map(|field| number(&self.storage.get(layout.absolute(header, field.slot)))).collect()
    }
}
