//! What happened to packets, as `--trace` prints it.

use super::output;
use crate::cli::TraceFormat;
use p4xdp_frontend::source::SourceMap;
use p4xdp_midend::interp::Outcome;

/// Prints the events of each packet with the P4 line that they come from.
pub fn print(outcomes: &[Outcome], sources: &SourceMap, format: TraceFormat) {
    let mut out = String::new();
    for (packet, outcome) in outcomes.iter().enumerate() {
        if format == TraceFormat::Text {
            out += &format!("packet {packet}\n");
        }
        for event in &outcome.trace {
            let place = sources.location(event.span.lo);
            match format {
                TraceFormat::Text => {
                    let text = event.kind.to_string();
                    let place = place.map(|p| format!("{}:{}", p.file, p.line)).unwrap_or_default();
                    out += format!("  {text:<60} {place}").trim_end();
                    out.push('\n');
                }
                TraceFormat::Json => {
                    let object = serde_json::json!({
                        "packet": packet,
                        "event": event.kind.to_string().trim(),
                        "file": place.as_ref().map(|p| p.file),
                        "line": place.as_ref().map(|p| p.line),
                        "column": place.as_ref().map(|p| p.column),
                    });
                    out += &object.to_string();
                    out.push('\n');
                }
            }
        }
    }
    output::print(&out);
}
