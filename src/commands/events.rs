//! `p4xdp events`: what a running program sends.

use super::{Exit, json, output, target};
use crate::cli::EventsArgs;
use p4xdp_runtime::{Error, value};
use std::time::{Duration, Instant};

/// Prints events until enough have come, the time is over, or somebody interrupts.
pub fn run(args: &EventsArgs) -> Exit {
    Exit::of(try_run(args))
}

fn try_run(args: &EventsArgs) -> Result<(), Error> {
    let program = target::open(&args.target)?;
    let events = program.events(args.source.as_deref().unwrap_or_default())?;
    let end = args.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut left = args.count.unwrap_or(u64::MAX);
    while left > 0 && !output::is_closed() && end.is_none_or(|end| Instant::now() < end) {
        for event in events
            .read(Duration::from_millis(200))?
            .into_iter()
            .take(usize::try_from(left).unwrap_or(usize::MAX))
        {
            let names = events.fields();
            let fields = names.iter().zip(&event.fields);
            let fields = fields.map(|(field, number)| (field.name.as_str(), value::format(number, field)));
            let fields: Vec<(&str, String)> = fields.collect();
            let text = || {
                let mut line: Vec<String> =
                    fields.iter().map(|(name, text)| format!("{name}={text}")).collect();
                line.push(event.packet.iter().map(|byte| format!("{byte:02x}")).collect());
                format!("{}\n", line.join(" ").trim_end())
            };
            output::tell(text, || {
                let fields = json::texts(fields.clone());
                json::members([("fields", fields), ("packet", json::bytes(&event.packet))]).into()
            });
            left -= 1;
        }
    }
    Ok(())
}
