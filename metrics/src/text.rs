//! A snapshot as text: in Prometheus' own format, which everybody reads, or OpenMetrics', which Prometheus asks for. Both are written by
//! `prometheus-client`, which asks a [`Collector`] for its values when it writes.

use crate::families::{Family, Kind, Unit};
use crate::snapshot::{Sample, Snapshot, Value};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, prometheus_text, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{self, Registry};
use std::fmt;

/// Forms of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Prometheus' text format, version 0.0.4.
    Prometheus,
    /// OpenMetrics, version 1.0.0.
    OpenMetrics,
}

impl Format {
    /// The better one of those that an `Accept` header of HTTP takes; Prometheus' own if it names neither.
    #[must_use]
    pub fn accepted(header: &str) -> Format {
        let best = |wanted: &str| {
            let quality = |range: &str| {
                let mut parts = range.split(';').map(str::trim);
                let is_wanted = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(wanted));
                let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse().ok());
                is_wanted.then_some(quality.unwrap_or(1.0))
            };
            header.split(',').filter_map(quality).fold(0.0, f64::max)
        };
        let open = best("application/openmetrics-text");
        if open > 0.0 && open >= best("text/plain") { Format::OpenMetrics } else { Format::Prometheus }
    }

    /// The `Content-Type` of HTTP.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Prometheus => prometheus_text::CONTENT_TYPE,
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

impl Snapshot {
    /// Its text.
    #[must_use]
    pub fn text(self, format: Format) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        // Writing into a string does not fail.
        let _ = match format {
            Format::Prometheus => prometheus_text::encode(&mut text, &registry),
            Format::OpenMetrics => text::encode(&mut text, &registry),
        };
        text
    }
}

impl Collector for Snapshot {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.families().try_for_each(|(family, samples)| encode(&mut encoder, family, samples))
    }
}

fn encode(encoder: &mut DescriptorEncoder<'_>, family: &Family, samples: &[Sample]) -> fmt::Result {
    let unit = family.unit.map(|unit| match unit {
        Unit::Bytes => registry::Unit::Bytes,
        Unit::Seconds => registry::Unit::Seconds,
    });
    let kind = match family.kind {
        Kind::Counter => MetricType::Counter,
        Kind::Gauge => MetricType::Gauge,
        Kind::Info => MetricType::Info,
    };
    let mut metric = encoder.encode_descriptor(family.stem, family.help, unit.as_ref(), kind)?;
    for Sample { labels, value } in samples {
        match (family.kind, *value) {
            (Kind::Info, _) => metric.encode_info(labels)?,
            (Kind::Counter, Value::Count(n)) => ConstCounter::new(n).encode(metric.encode_family(labels)?)?,
            (Kind::Counter, Value::Real(n)) => ConstCounter::new(n).encode(metric.encode_family(labels)?)?,
            (Kind::Gauge, Value::Count(n)) => ConstGauge::new(n).encode(metric.encode_family(labels)?)?,
            (Kind::Gauge, Value::Real(n)) => ConstGauge::new(n).encode(metric.encode_family(labels)?)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted() {
        assert_eq!(Format::accepted(""), Format::Prometheus);
        assert_eq!(Format::accepted("*/*"), Format::Prometheus);
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
            text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert_eq!(Format::accepted(prometheus), Format::OpenMetrics);
        assert_eq!(Format::accepted("text/plain, application/openmetrics-text; q=0.5"), Format::Prometheus);
        assert_eq!(Format::accepted("application/openmetrics-text;q=0"), Format::Prometheus);
    }
}
