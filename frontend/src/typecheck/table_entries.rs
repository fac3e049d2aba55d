//! Entries of a table and their priorities.

use super::keyset::SetKey;
use super::{Checker, const_eval};
use crate::ast;
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{self, ConstValue, KeyElement, Keyset};
use crate::source::Span;
use num_bigint::BigInt;
use num_traits::Signed;
use rustc_hash::FxHashMap;

impl Checker<'_> {
    /// `entries = { .. }`
    pub(super) fn table_entries(
        &mut self,
        table: &mut hir::Table,
        (property, entries): (&ast::TableProperty, &[ast::Entry]),
        key_property: Option<Span>,
    ) {
        self.annotations_of_property(&property.annotations);
        if table.keys.is_empty() && !entries.is_empty() {
            self.emit(
                Diagnostic::error(
                    codes::E0319,
                    table.name.span,
                    format!("table `{}` has no key, so it cannot have entries", table.name.name),
                )
                .with_label(property.span, "the entries are here"),
            );
            return;
        }
        let set_keys: Vec<SetKey> =
            table.keys.iter().map(|key| SetKey { ty: key.expr.ty, lead: None }).collect();
        let first_with_priority = entries.iter().find_map(|entry| entry.priority.as_ref());
        if let (Some(first), Some(priority), false) =
            (entries.first(), first_with_priority, property.is_const)
            && first.priority.is_none()
        {
            self.emit(
                Diagnostic::error(codes::E0337, first.span, "the first entry needs a priority")
                    .with_label(priority.span, "because this entry has one"),
            );
        }
        let ranked = table.keys.iter().any(|key| {
            self.program.match_kinds.is_valid(key.match_kind)
                && !matches!(&*self.program.match_kinds[key.match_kind].name, "exact" | "lpm")
        });
        if let (Some(priority), false, Some(key)) =
            (first_with_priority, ranked || property.is_const, key_property)
        {
            let message = format!("the entries of table `{}` cannot have priorities", table.name.name);
            let diagnostic = Diagnostic::error(codes::E0337, key, message)
                .with_primary("no key is matched otherwise than by `exact` or `lpm`")
                .with_label(priority.span, "this priority has no meaning");
            self.emit(diagnostic);
        }
        // All names first, then types, then what a match kind admits.
        let actions: Vec<Option<hir::ActionRef>> =
            entries.iter().map(|entry| self.entry_action(table, entry)).collect();
        for (entry, action) in entries.iter().zip(actions) {
            if property.is_const
                && let Some(priority) = &entry.priority
            {
                self.error(
                    codes::E0337,
                    priority.span,
                    "entries of a `const entries` list are matched in order and cannot have a priority",
                );
            }
            let keysets = self.keysets(&entry.keyset, &set_keys);
            let priority = entry.priority.as_ref().and_then(|priority| self.priority(priority));
            let annotations = self.annotations(&entry.annotations);
            table.entries.extend(action.map(|action| hir::Entry {
                keysets,
                action,
                priority,
                is_const: property.is_const || entry.is_const,
                annotations,
                span: entry.span,
            }));
        }
        for entry in &table.entries {
            self.require_entry_fits(&table.keys, &entry.keysets);
        }
        self.require_distinct_entries(table);
    }

    /// Section "Entry priorities": if all keys are matched by `exact`, duplicates are not allowed.
    fn require_distinct_entries(&mut self, table: &hir::Table) {
        let is_exact = |key: &KeyElement| {
            self.program.match_kinds.is_valid(key.match_kind)
                && &*self.program.match_kinds[key.match_kind].name == "exact"
        };
        if !table.keys.iter().all(is_exact) {
            return;
        }
        let value = |keyset: &Keyset| match keyset {
            Keyset::Value(value) => const_eval::eval_local(&self.program, value).ok(),
            Keyset::Universal(_) | Keyset::ValueSet(..) | Keyset::Mask(..) | Keyset::Range(..) => None,
        };
        let mut seen: FxHashMap<Vec<ConstValue>, Span> = FxHashMap::default();
        let mut findings = Vec::new();
        for entry in &table.entries {
            let Some(values) = entry.keysets.iter().map(value).collect::<Option<Vec<ConstValue>>>() else {
                continue;
            };
            if let Some(&earlier) = seen.get(&values) {
                findings.push(
                    Diagnostic::error(codes::E0319, entry.span, "two entries have the same key")
                        .with_label(earlier, "the other is here"),
                );
                continue;
            }
            seen.insert(values, entry.span);
        }
        findings.into_iter().for_each(|finding| self.emit(finding));
    }

    /// Section "Entry priorities": equal priorities, and an order of entries that differs from theirs.
    pub(super) fn warn_of_priorities(&mut self, table: &hir::Table) {
        if table.entries_are_const || table.entries.first().is_none_or(|entry| entry.priority.is_none()) {
            return;
        }
        let property = |name: &str| {
            let property = table.properties.iter().find(|property| &*property.name.name == name)?;
            const_eval::eval_local(&self.program, &property.value).ok()
        };
        let largest_wins = property("largest_priority_wins") != Some(ConstValue::Bool(false));
        let delta = match property("priority_delta") {
            Some(ConstValue::Int(delta)) => delta,
            Some(_) | None => BigInt::from(1),
        };
        let mut previous: Option<(BigInt, Span)> = None;
        let mut seen: FxHashMap<BigInt, Span> = FxHashMap::default();
        let mut findings = Vec::new();
        for entry in &table.entries {
            let written = entry.priority.as_ref().and_then(|priority| self.int_value(priority));
            let priority = match (written, &previous) {
                (Some(written), _) => written,
                (None, Some((before, _))) if largest_wins => before - &delta,
                (None, Some((before, _))) => before + &delta,
                (None, None) => return,
            };
            if priority.is_negative() {
                let message =
                    format!("the priority of this entry would be {priority}, and it cannot be negative");
                let mut finding = Diagnostic::error(codes::E0319, entry.span, message);
                if let Some((before, earlier)) = &previous {
                    finding = finding.with_label(*earlier, format!("this has priority {before}"));
                }
                findings.push(finding);
                break;
            }
            if let Some((before, earlier)) = &previous
                && (if largest_wins { *before < priority } else { *before > priority })
            {
                let message = "this entry takes precedence over one before it";
                findings.push(
                    Diagnostic::warning(codes::W0309, entry.span, message)
                        .with_label(*earlier, format!("this has priority {before}")),
                );
            }
            if let Some(earlier) = seen.insert(priority.clone(), entry.span) {
                let message = format!("two entries have priority {priority}");
                findings.push(
                    Diagnostic::warning(codes::W0308, entry.span, message)
                        .with_label(earlier, "the other is here"),
                );
            }
            previous = Some((priority, entry.span));
        }
        findings.into_iter().for_each(|finding| self.emit(finding));
    }

    fn entry_action(&mut self, table: &hir::Table, entry: &ast::Entry) -> Option<hir::ActionRef> {
        let args = entry.action.args.as_deref().unwrap_or_default();
        let action = self.complete_action((&entry.action.name, args), &table.actions, entry.action.span);
        let mut action = action?;
        self.require_place(&table.actions, &action, "defaultonly", "be the action of an entry");
        action.annotations = self.annotations(&entry.action.annotations);
        Some(action)
    }

    fn priority(&mut self, priority: &ast::Expr) -> Option<hir::Expr> {
        let value = self.expr(priority, None);
        if self.is_error(value.ty) {
            return None;
        }
        let known = match const_eval::eval_local(&self.program, &value) {
            Ok(ConstValue::Int(known)) => known,
            Ok(_) => {
                self.error(codes::E0337, priority.span, "a priority must be an integer");
                return None;
            }
            Err(fault) => {
                self.eval_fault(&fault, priority.span, "a priority");
                return None;
            }
        };
        if known.is_negative() {
            self.error(codes::E0337, priority.span, "a priority cannot be negative");
            return None;
        }
        Some(value)
    }

    /// What a match kind admits as a keyset.
    fn require_entry_fits(&mut self, keys: &[KeyElement], keysets: &[Keyset]) {
        for (key, keyset) in keys.iter().zip(keysets) {
            if !self.program.match_kinds.is_valid(key.match_kind) {
                continue;
            }
            let kind = self.program.match_kinds[key.match_kind].name.clone();
            // Which keysets become how many entries is the target's business; a prefix is the language's.
            if let ("lpm", Keyset::Mask(_, mask)) = (&*kind, keyset)
                && !self.is_prefix(mask)
            {
                self.emit(
                    Diagnostic::error(
                        codes::E0321,
                        keyset_span(keyset),
                        "the mask of a key matched by `lpm` must be ones followed by zeros",
                    )
                    .with_label(key.span, "this key"),
                );
            }
            if let Keyset::Value(value) | Keyset::Mask(value, _) | Keyset::Range(value, _) = keyset
                && !self.is_known(value)
            {
                let span = value.span;
                self.error(codes::E0303, span, "the keys of an entry must be known at compile time");
            }
        }
    }

    /// Ones, then zeros. What is not known yet passes.
    fn is_prefix(&self, mask: &hir::Expr) -> bool {
        let (Some(mask_value), Some((width, _))) = (self.int_value(mask), self.representation(mask.ty))
        else {
            return true;
        };
        let mask = const_eval::wrap(mask_value, width, false);
        let inverted = (BigInt::from(1) << width) - 1 - mask;
        // `inverted` is 0..01..1 exactly if adding one leaves a single bit.
        (&inverted & (&inverted + 1)) == BigInt::ZERO
    }
}

fn keyset_span(keyset: &Keyset) -> Span {
    match keyset {
        Keyset::Universal(span) | Keyset::ValueSet(_, span) => *span,
        Keyset::Value(value) => value.span,
        Keyset::Mask(a, b) | Keyset::Range(a, b) => a.span.to(b.span),
    }
}
