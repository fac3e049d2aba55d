//! Annotations: kept as written; the structured ones are checked (section "Annotations").

use super::Checker;
use crate::ast::{Annotation, AnnotationBody, Expr, ExprKind, Name};
use crate::diagnostic::{Diagnostic, codes};
use crate::hir::{ConstValue, Type};
use crate::parse;
use crate::resolve::Binding;
use crate::source::Span;
use rustc_hash::FxHashMap;

impl Checker<'_> {
    /// Checks annotations and hands out a copy for the HIR, in which the values of structured ones are literals.
    pub(super) fn annotations(&mut self, annotations: &[Annotation]) -> Vec<Annotation> {
        let checked = self.annotations_of_property(annotations);
        self.require_one_name(annotations);
        self.require_keys_once(annotations);
        checked
    }

    /// `@field_list(FieldLists.copied, 8w2)` as `@field_list(1, 2)`: the body is a list of constant numbers, and only here is
    /// it known what its names stand for.
    fn with_numbers(&mut self, annotation: &Annotation) -> Annotation {
        let mut result = annotation.clone();
        let AnnotationBody::Unstructured(tokens) = &annotation.body else { return result };
        if &*annotation.name.text != "field_list" {
            return result;
        }
        let Some(values) = parse::expressions(tokens, self.sink) else {
            let message = "the value of annotation `@field_list` must be a list of numbers";
            self.error(codes::E0333, annotation.span, message.to_owned());
            return result;
        };
        let mut numbers = Vec::with_capacity(values.len());
        for value in values {
            let value = self.expr(&value, None);
            if self.is_error(value.ty) {
                continue;
            }
            match super::const_eval::eval_local(&self.program, &value) {
                Ok(ConstValue::Int(number)) => {
                    numbers.push(Name { text: number.to_string().into(), span: value.span });
                }
                Ok(_) => {
                    let text = self.text(value.ty);
                    let message = format!("the id of a field list must be a number, not a `{text}`");
                    self.error(codes::E0333, value.span, message);
                }
                Err(fault) => self.eval_fault(&fault, value.span, "the id of a field list"),
            }
        }
        result.body = AnnotationBody::Unstructured(numbers);
        result
    }

    /// The same for a property of a table, where `@name` names what the property makes, and p4c takes several.
    pub(super) fn annotations_of_property(&mut self, annotations: &[Annotation]) -> Vec<Annotation> {
        let mut first: FxHashMap<&str, &Annotation> = FxHashMap::default();
        let mut values = Vec::with_capacity(annotations.len());
        for annotation in annotations {
            values.push(self.annotation(annotation));
            let name = &annotation.name.text;
            let Some(earlier) = first.get(&**name) else {
                first.insert(name, annotation);
                continue;
            };
            let (message, label) = match (is_structured(annotation), is_structured(earlier)) {
                (false, false) => continue,
                (true, true) => {
                    (format!("structured annotation `@{name}` is given twice"), "first given here")
                }
                (true, false) | (false, true) => (
                    format!("annotation `@{name}` is both structured and unstructured"),
                    "the other form is used here",
                ),
            };
            let finding = Diagnostic::error(codes::E0333, annotation.span, message);
            self.emit(finding.with_label(earlier.span, label));
        }
        let written = annotations.iter().zip(values);
        written.map(|(annotation, values)| with_literals(self.with_numbers(annotation), values)).collect()
    }

    /// Section "Control-plane API annotations": at most one name. What is hidden may have one all the same: p4c
    /// writes such programs.
    fn require_one_name(&mut self, annotations: &[Annotation]) {
        for kind in ["name", "hidden"] {
            let mut given = annotations.iter().filter(|given| &*given.name.text == kind);
            if let (Some(first), Some(second)) = (given.next(), given.next()) {
                self.emit(
                    Diagnostic::error(
                        codes::E0333,
                        second.span,
                        format!("annotation `@{kind}` can be given only once"),
                    )
                    .with_label(first.span, "first given here"),
                );
            }
        }
    }

    /// What a package says of itself, it says once, in however many annotations (P4Runtime specification, section "Annotating P4 code with PkgInfo").
    fn require_keys_once(&mut self, annotations: &[Annotation]) {
        for kind in ["pkginfo", "platform_property"] {
            let mut first: FxHashMap<&str, Span> = FxHashMap::default();
            for key in annotations.iter().filter(|given| &*given.name.text == kind).flat_map(keys) {
                if let Some(earlier) = first.get(&*key.text) {
                    let message = format!("annotation `@{kind}` says `{}` twice", key.text);
                    let finding = Diagnostic::error(codes::E0333, key.span, message);
                    self.emit(finding.with_label(*earlier, "first said here"));
                } else {
                    first.insert(&key.text, key.span);
                }
            }
        }
    }

    /// Checks the body; the values of a structured one are returned in order.
    fn annotation(&mut self, annotation: &Annotation) -> Vec<Option<ConstValue>> {
        let is_name = &*annotation.name.text == "name";
        match &annotation.body {
            AnnotationBody::Empty => {
                let form = match &*annotation.name.text {
                    "pkginfo" => "@pkginfo[..]",
                    "name" => "@name(\"..\")",
                    "deprecated" => "@deprecated(\"..\")",
                    "noWarn" => "@noWarn(\"..\")",
                    _ => return Vec::new(),
                };
                self.error(
                    codes::E0333,
                    annotation.span,
                    format!("annotation `@{}` needs a body: `{form}`", annotation.name.text),
                );
            }
            AnnotationBody::Unstructured(tokens) => self.unstructured(annotation, tokens),
            AnnotationBody::Expressions(values) => {
                let found: Vec<_> = values.iter().map(|value| self.annotation_value(value)).collect();
                let is_string = matches!(found.as_slice(), [Some(ConstValue::String(_))]);
                if is_name && !is_string && found.iter().all(Option::is_some) {
                    self.not_a_string(annotation);
                }
                return found;
            }
            AnnotationBody::KeyValues(_) if is_name => self.not_a_string(annotation),
            AnnotationBody::KeyValues(pairs) => {
                let mut first: FxHashMap<&str, Span> = FxHashMap::default();
                let mut found = Vec::with_capacity(pairs.len());
                for (name, value) in pairs {
                    let earlier = first.get(&*name.text).copied();
                    if let Some(earlier) = earlier {
                        let message = format!("key `{}` is given twice", name.text);
                        self.error_beside(codes::E0333, name.span, message, (earlier, "first given here"));
                    } else {
                        first.insert(&name.text, name.span);
                    }
                    found.push(self.annotation_value(value));
                }
                return found;
            }
        }
        Vec::new()
    }

    fn not_a_string(&mut self, annotation: &Annotation) {
        self.error(
            codes::E0333,
            annotation.span,
            format!("the value of annotation `@{}` must be a string", annotation.name.text),
        );
    }

    /// Warns of the use of something that its declaration calls deprecated.
    pub(super) fn warn_if_deprecated(&mut self, annotations: &[Annotation], name: &str, span: Span) {
        let Some(annotation) = annotations.iter().find(|given| &*given.name.text == "deprecated") else {
            return;
        };
        let mut diagnostic = Diagnostic::warning(codes::W0305, span, format!("`{name}` is deprecated"))
            .with_label(annotation.span, "declared so here");
        if let AnnotationBody::Unstructured(tokens) = &annotation.body {
            let text: String = tokens
                .iter()
                .filter(|token| token.text.starts_with('"'))
                .map(|token| token.text.trim_matches('"'))
                .collect();
            diagnostic = diagnostic.with_note(text);
        }
        self.emit(diagnostic);
    }

    /// The bodies of those predefined annotations that have a prescribed form.
    fn unstructured(&mut self, annotation: &Annotation, tokens: &[Name]) {
        match &*annotation.name.text {
            "hidden" | "tableonly" | "defaultonly" => self.error(
                codes::E0333,
                annotation.span,
                format!("annotation `@{}` has no body", annotation.name.text),
            ),
            "name" | "deprecated" | "noWarn" => {
                let is_string = tokens.iter().enumerate().all(|(position, token)| {
                    if position % 2 == 0 { token.text.starts_with('"') } else { &*token.text == "++" }
                });
                if !is_string || tokens.len().is_multiple_of(2) {
                    self.not_a_string(annotation);
                }
            }
            "match" => {
                let is_match_kind = match tokens {
                    [token] => matches!(
                        self.scopes.lookup(&token.text).map(|entry| &entry.binding),
                        Some(Binding::MatchKind(_))
                    ),
                    _ => false,
                };
                if !is_match_kind {
                    self.error(
                        codes::E0333,
                        annotation.span,
                        "the value of annotation `@match` must be a match kind",
                    );
                }
            }
            _ => {}
        }
    }

    /// Values of structured annotations are integers, strings or booleans known at compile time.
    fn annotation_value(&mut self, value: &Expr) -> Option<ConstValue> {
        let value = self.expr(value, None);
        if self.is_error(value.ty) {
            return None;
        }
        let found = super::const_eval::eval_local(&self.program, &value);
        if let Err(fault) = &found {
            self.eval_fault(fault, value.span, "the value of an annotation");
        } else if !matches!(self.kind(value.ty), Type::Int | Type::Bool | Type::String) {
            let text = self.text(value.ty);
            self.error(
                codes::E0333,
                value.span,
                format!(
                    "the value of an annotation must be an integer, a boolean or a string, not a `{text}`"
                ),
            );
            return None;
        }
        found.ok()
    }
}

fn is_structured(annotation: &Annotation) -> bool {
    match annotation.body {
        AnnotationBody::Empty | AnnotationBody::Unstructured(_) => false,
        AnnotationBody::Expressions(_) | AnnotationBody::KeyValues(_) => true,
    }
}

/// `@list[WIDTH + 1]` as `@list[9]`. What has no value was reported.
fn with_literals(mut annotation: Annotation, known: Vec<Option<ConstValue>>) -> Annotation {
    let values: Vec<&mut Expr> = match &mut annotation.body {
        AnnotationBody::Empty | AnnotationBody::Unstructured(_) => Vec::new(),
        AnnotationBody::Expressions(values) => values.iter_mut().collect(),
        AnnotationBody::KeyValues(pairs) => pairs.iter_mut().map(|(_, value)| value).collect(),
    };
    for (value, known) in values.into_iter().zip(known) {
        match known {
            Some(ConstValue::Int(number)) => {
                value.kind = ExprKind::Int { value: number, width: None, radix: 10 };
            }
            Some(ConstValue::Bool(known)) => value.kind = ExprKind::Bool(known),
            Some(ConstValue::String(text)) => value.kind = ExprKind::String(text.to_string()),
            // Of other types there are no values in annotations.
            Some(
                ConstValue::EnumMember(_)
                | ConstValue::Error(_)
                | ConstValue::MatchKind(_)
                | ConstValue::Aggregate(_)
                | ConstValue::InvalidHeader,
            )
            | None => {}
        }
    }
    annotation
}

/// The keys of an annotation that is a list of pairs, in brackets or in parentheses.
fn keys(annotation: &Annotation) -> Vec<&Name> {
    match &annotation.body {
        AnnotationBody::KeyValues(pairs) => pairs.iter().map(|(key, _)| key).collect(),
        AnnotationBody::Unstructured(tokens) => {
            let pairs = tokens.split(|token| &*token.text == ",");
            let is_pair = |pair: &&[Name]| pair.get(1).is_some_and(|token| &*token.text == "=");
            pairs.filter(is_pair).filter_map(|pair| pair.first()).collect()
        }
        AnnotationBody::Empty | AnnotationBody::Expressions(_) => Vec::new(),
    }
}
