//! A report for machines: one JSON object.

use super::{ProgramReport, Report, Verdict};
use p4xdp_backend_xdp::Holding;
use serde_json::{Value, json};

/// The report as one object, on one line.
pub fn json(report: &Report) -> String {
    let verifier = match &report.verdict {
        Verdict::Accepted(kernel) => json!({ "accepted": true, "kernel": kernel }),
        Verdict::Refused(refusal) => json!({
            "accepted": false,
            "kernel": refusal.kernel,
            "reason": refusal.reason,
            "place": refusal.p4_line,
        }),
        Verdict::NotAsked(why) => json!({ "accepted": null, "reason": why }),
    };
    let maps = report.maps.iter().map(|map| {
        json!({
            "name": map.name,
            "type": map.kind,
            "entries": map.entries,
            "key_bytes": map.key,
            "value_bytes": map.value,
            "cpus": map.cpus,
            "bytes": map.bytes(),
        })
    });
    let whole = json!({
        "source": report.source,
        "verifier": verifier,
        "programs": report.programs.iter().map(program).collect::<Vec<Value>>(),
        "maps": maps.collect::<Vec<Value>>(),
    });
    format!("{whole}\n")
}

fn program(program: &ProgramReport) -> Value {
    let parts = program.parts.iter().map(|part| {
        json!({
            "what": part.what,
            "place": part.place,
            "instructions": part.instructions,
            "processed": part.processed,
        })
    });
    let decisions = program.decisions.as_ref().map(|decisions| {
        json!({
            "headers": match decisions.holding {
                Holding::Local => "local",
                Holding::Shared => "shared",
            },
            "ways": decisions.ways,
            "operations": decisions.operations,
            "merged": decisions.merged,
            "facts": decisions.facts.iter().map(|fact| {
                json!({ "fact": fact.fact, "times": fact.times, "ways": fact.ways })
            }).collect::<Vec<Value>>(),
            "off_stack": decisions.off_stack,
        })
    });
    json!({
        "name": program.name,
        "role": program.role,
        "instructions": program.instructions,
        "stack": { "largest": program.stack.largest, "along_calls": program.stack.along_calls },
        "expected": {
            "processed": program.expected.processed,
            "open_ways": program.expected.open,
            "complete": !program.expected.is_cut(),
        },
        "verified": program.verified.as_ref().map(|verified| json!({
            "instructions": verified.instructions,
            "machine_code": verified.machine_code,
            "processed": verified.processed,
            "stack": verified.stack,
        })),
        "decisions": decisions,
        "parts": parts.collect::<Vec<Value>>(),
    })
}
