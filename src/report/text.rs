//! A report for people.

use super::{ProgramReport, Report, Verdict};
use p4xdp_backend_xdp::{Decisions, Holding, MOST_WAYS, MOST_WORK, limits};
use p4xdp_control::manifest::Role;
use p4xdp_cost::verifier::{Cut, Expected, MOST_PROCESSED};
use p4xdp_runtime::maps::MapSize;
use std::fmt::Write;

/// So many parts of a program are shown, and so many facts.
const SHOWN: usize = 10;

/// The report as text.
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let verifier = match &report.verdict {
        Verdict::Accepted(kernel) => format!("accepted by kernel {kernel}"),
        Verdict::Refused(refusal) => format!("refused by kernel {}: {}", refusal.kernel, refusal.reason),
        Verdict::NotAsked(why) => format!("not asked: {}", why.lines().next().unwrap_or_default()),
    };
    let _ = writeln!(text, "verifier      {verifier}");
    if report.programs.len() > 1 {
        let _ = writeln!(text, "programs      {}", report.programs.len());
    }
    for program in &report.programs {
        self::program(program, &mut text);
    }
    maps(&report.maps, &mut text);
    text
}

fn program(program: &ProgramReport, text: &mut String) {
    let role = match program.role {
        Some(Role::Entry) => ", which devices run",
        Some(Role::Egress) => ", which runs for packets that a device map sends",
        Some(Role::Tail(_)) => ", which others call",
        None => "",
    };
    let _ = writeln!(text, "\nprogram {}{role}", program.name);
    let _ = write!(text, "  instructions  {}", program.instructions);
    if let Some(verified) = &program.verified {
        let _ = write!(
            text,
            "; {} in the kernel, {} bytes of machine code",
            verified.instructions, verified.machine_code
        );
    }
    let _ = write!(text, "\n  processed     {}", expected(program.expected));
    if let Some(verified) = &program.verified {
        let _ = write!(text, "; {} by the verifier", verified.processed);
    }
    let _ = write!(
        text,
        "; at most {MOST_PROCESSED}\n  stack         {} bytes, {} along calls",
        program.stack.largest, program.stack.along_calls
    );
    if let Some(verified) = program.verified.as_ref().filter(|verified| !verified.stack.is_empty()) {
        let depths: Vec<String> = verified.stack.iter().map(u32::to_string).collect();
        let _ = write!(text, "; {} by the verifier", depths.join(" + "));
    }
    let _ = writeln!(text, "; at most {}", limits::STACK);
    if let Some(decisions) = &program.decisions {
        self::decisions(decisions, text);
    }
    let _ = writeln!(text, "\n  share  instructions  processed  of what");
    for part in program.parts.iter().take(SHOWN) {
        let place = part.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "  {:>4} % {:>13} {:>10}  {}{place}",
            part.share(program),
            part.instructions,
            part.processed,
            part.what
        );
    }
    let others = program.parts.get(SHOWN..).unwrap_or_default();
    if !others.is_empty() {
        let instructions: u32 = others.iter().map(|part| part.instructions).sum();
        let processed: u64 = others.iter().map(|part| part.processed).sum();
        let share = (processed * 100).checked_div(program.expected.processed).unwrap_or(0);
        let _ = writeln!(text, "  {share:>4} % {instructions:>13} {processed:>10}  {} others", others.len());
    }
}

/// What the verifier is expected to process, in words.
pub fn expected(expected: Expected) -> String {
    match expected.cut {
        None => format!("{} expected", expected.processed),
        Some(Cut::Processed) => format!("more than {} expected", expected.processed),
        Some(Cut::Open) => format!("more than {} expected, with too many ways at a time", expected.processed),
    }
}

fn decisions(decisions: &Decisions, text: &mut String) {
    let holding = match decisions.holding {
        Holding::Local => "in local variables",
        Holding::Shared => "in one structure a processor",
    };
    let _ = writeln!(text, "  headers       {holding}");
    let ways = match decisions.ways {
        u64::MAX => "more than can be counted".to_owned(),
        ways => ways.max(1).to_string(),
    };
    let merged = if decisions.merged { "merged behind branches" } else { "left to the verifier" };
    let _ = writeln!(
        text,
        "  ways          {ways} of {} operations, {merged}; up to {MOST_WAYS}, and {MOST_WORK} operations over all, are left to it",
        decisions.operations
    );
    if decisions.merged {
        let mut facts: Vec<_> = decisions.facts.iter().collect();
        facts.sort_by_key(|fact| std::cmp::Reverse((fact.ways, fact.times)));
        for fact in facts.iter().take(SHOWN) {
            let _ = writeln!(text, "                by {}, {} times on a way", fact.fact, fact.times);
        }
        if let Some(more) = facts.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(text, "                by {more} others");
        }
    }
    if !decisions.off_stack.is_empty() {
        let _ = writeln!(text, "  off the stack {}", decisions.off_stack.join(", "));
    }
}

fn maps(maps: &[MapSize], text: &mut String) {
    let bytes: u64 = maps.iter().map(MapSize::bytes).sum();
    let _ = writeln!(text, "\nmaps          {}, {bytes} bytes of keys and values", maps.len());
    let width = maps.iter().map(|map| map.name.len()).max().unwrap_or(0);
    for map in maps {
        let cpus =
            if map.cpus > 1 { format!(", for each of {} processors", map.cpus) } else { String::new() };
        let _ = writeln!(
            text,
            "  {:width$}  {:>10} bytes  {}, {} of {} + {} bytes{cpus}",
            map.name,
            map.bytes(),
            map.kind,
            map.entries,
            map.key,
            map.value
        );
    }
}
