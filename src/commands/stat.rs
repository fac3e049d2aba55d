//! `p4xdp stat`: what became of a running program's packets, and what it lost.

use super::output::tell;
use super::{Exit, json, target};
use crate::cli::StatArgs;
use p4xdp_runtime::Error;
use p4xdp_runtime::statistics::{Losses, Statistics};
use serde_json::{Map, Value, json};

/// Prints the counts.
pub fn run(args: &StatArgs) -> Exit {
    Exit::of(try_run(args))
}

fn try_run(args: &StatArgs) -> Result<(), Error> {
    let program = target::open(&args.target)?;
    let (packets, losses) = (program.statistics()?, program.losses()?);
    let text = || match lines(packets.as_ref(), &losses) {
        none if none.is_empty() => "nothing lost\n".to_owned(),
        lines => lines.iter().map(|line| format!("{line}\n")).collect(),
    };
    tell(text, || {
        let mut object = object(packets.as_ref(), &losses);
        object.extend(json::program(&program));
        object.into()
    });
    Ok(())
}

/// A line each for what there is to say.
pub(super) fn lines(packets: Option<&Statistics>, losses: &Losses) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(Statistics { verdicts: [aborted, dropped, passed, tx, redirected], parser_errors }) = packets
    {
        lines.push(format!(
            "packets: {aborted} aborted, {dropped} dropped, {passed} passed, {tx} sent back, {redirected} redirected"
        ));
        if *parser_errors > 0 {
            lines.push(format!("{parser_errors} packets with a parser error"));
        }
    }
    for (reason, count) in losses.packets.iter().filter(|(_, count)| *count > 0) {
        lines.push(format!("lost, {}: {count} ({})", reason.name(), reason.meaning()));
    }
    for (digest, count) in losses.messages.iter().filter(|(_, count)| *count > 0) {
        lines.push(format!("lost, messages of {digest}: {count} (nobody read them in time)"));
    }
    lines
}

/// What became of packets, and what was lost.
pub(super) fn object(packets: Option<&Statistics>, losses: &Losses) -> Map<String, Value> {
    let packets = packets.map(|Statistics { verdicts, parser_errors }| {
        let [aborted, dropped, passed, sent_back, redirected] = verdicts;
        json!({
            "aborted": aborted, "dropped": dropped, "passed": passed, "sent_back": sent_back,
            "redirected": redirected, "parser_errors": parser_errors,
        })
    });
    let lost: Map<String, Value> =
        losses.packets.iter().map(|(reason, count)| (reason.name().to_owned(), (*count).into())).collect();
    let messages: Map<String, Value> =
        losses.messages.iter().map(|(digest, count)| (digest.clone(), (*count).into())).collect();
    json::members([("packets", packets.into()), ("lost", lost.into()), ("lost_messages", messages.into())])
}
