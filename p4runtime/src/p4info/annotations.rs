//! Annotations in P4Info's words (P4Runtime specification, section "Annotating P4 Entities").

use crate::p4::config::v1 as proto;
use p4xdp_control::annotation::{Annotation, AnnotationBody, Literal, find};
use p4xdp_control::view::Documentation;

/// Annotations as text, and structured ones as messages; without those of these names, which are said otherwise.
pub(super) fn split(all: &[Annotation], told: &[&str]) -> (Vec<String>, Vec<proto::StructuredAnnotation>) {
    let (mut texts, mut messages) = (Vec::new(), Vec::new());
    for annotation in all.iter().filter(|annotation| !told.contains(&annotation.name.as_str())) {
        match structured(&annotation.body) {
            None => texts.push(annotation.to_string()),
            Some(body) => messages.push(proto::StructuredAnnotation {
                name: annotation.name.clone(),
                body,
                source_location: None,
            }),
        }
    }
    (texts, messages)
}

/// A structured body: one of no elements is there, but has none.
fn structured(body: &AnnotationBody) -> Option<Option<proto::structured_annotation::Body>> {
    use proto::structured_annotation::Body;
    Some(match body {
        AnnotationBody::Empty | AnnotationBody::Tokens(_) => return None,
        AnnotationBody::Values(values) if values.is_empty() => None,
        AnnotationBody::Values(values) => Some(Body::ExpressionList(proto::ExpressionList {
            expressions: values.iter().map(value).collect(),
        })),
        AnnotationBody::Pairs(pairs) => {
            let pair = |(key, literal): &(String, Literal)| proto::KeyValuePair {
                key: key.clone(),
                value: Some(value(literal)),
            };
            Some(Body::KvPairList(proto::KeyValuePairList { kv_pairs: pairs.iter().map(pair).collect() }))
        }
    })
}

/// A value. A number that no 64 bits hold is its digits.
fn value(literal: &Literal) -> proto::Expression {
    use proto::expression::Value;
    let value = match literal {
        Literal::Number(digits) => {
            digits.parse().map_or_else(|_| Value::StringValue(digits.clone()), Value::Int64Value)
        }
        Literal::Text(text) => Value::StringValue(text.clone()),
        Literal::Bool(value) => Value::BoolValue(*value),
    };
    proto::Expression { value: Some(value) }
}

/// `@brief` and `@description`, if there is one of them.
pub(super) fn documentation(of: &Documentation) -> Option<proto::Documentation> {
    let is_there = of.brief.is_some() || of.description.is_some();
    is_there.then(|| proto::Documentation {
        brief: of.brief.clone().unwrap_or_default(),
        description: of.description.clone().unwrap_or_default(),
    })
}

/// The values of annotations of this name, each a list of pairs in brackets or in parentheses.
fn pairs(all: &[Annotation], name: &str) -> Vec<(String, Literal)> {
    all.iter().filter(|annotation| annotation.name == name).flat_map(pairs_of).collect()
}

fn pairs_of(annotation: &Annotation) -> Vec<(String, Literal)> {
    match &annotation.body {
        AnnotationBody::Pairs(pairs) => pairs.clone(),
        AnnotationBody::Tokens(_) => annotation
            .tokens()
            .split(|token| *token == ",")
            .filter_map(|pair| match pair {
                [key, "=", value] if value.starts_with('"') => {
                    let text = Annotation {
                        name: String::new(),
                        body: AnnotationBody::Tokens(vec![(*value).to_owned()]),
                    };
                    Some(((*key).to_owned(), Literal::Text(text.text()?)))
                }
                [key, "=", value] => Some(((*key).to_owned(), Literal::Number((*value).to_owned()))),
                _ => None,
            })
            .collect(),
        AnnotationBody::Empty | AnnotationBody::Values(_) => Vec::new(),
    }
}

/// A text in such a list.
pub(super) fn text_of(all: &[Annotation], annotation: &str, key: &str) -> Option<String> {
    pairs(all, annotation).into_iter().find_map(|(name, value)| match value {
        Literal::Text(text) if name == key => Some(text),
        Literal::Text(_) | Literal::Number(_) | Literal::Bool(_) => None,
    })
}

/// `@platform_property`, if it is there.
pub(super) fn platform_properties(all: &[Annotation]) -> Option<proto::PlatformProperties> {
    find(all, "platform_property")?;
    let pairs = pairs(all, "platform_property");
    let number = |key: &str| {
        let value = pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value);
        match value {
            Some(Literal::Number(digits)) => digits.parse().unwrap_or(0),
            Some(Literal::Text(_) | Literal::Bool(_)) | None => 0,
        }
    };
    Some(proto::PlatformProperties {
        multicast_group_table_size: number("multicast_group_table_size"),
        multicast_group_table_total_replicas: number("multicast_group_table_total_replicas"),
        multicast_group_table_max_replicas_per_entry: number("multicast_group_table_max_replicas_per_entry"),
    })
}
