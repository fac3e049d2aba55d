//! `p4xdp port`: the ports of a running program.

use super::output::{self, tell};
use super::{Exit, attach, complain, target};
use crate::cli::{PortCommand, TargetArgs};
use p4xdp_runtime::attach::WantedMode;
use p4xdp_runtime::port_changes::{self as change, Port, Removed};
use p4xdp_runtime::port_watch::{PortWatch, Update};
use p4xdp_runtime::ports::names::PortNames;
use p4xdp_runtime::ports::split_port;
use p4xdp_runtime::{Error, Program};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Carries out a command.
pub fn run(command: &PortCommand) -> Exit {
    Exit::of(match command {
        PortCommand::List { target } => list(target),
        PortCommand::Add { target, mode, no_pins, ports } => {
            let mode = attach::wanted(*mode);
            target::change(target, |program| {
                ports.iter().try_for_each(|port| add(&program, port, mode, *no_pins))
            })
        }
        PortCommand::Watch { target, seconds } => watch(target, *seconds),
        PortCommand::Remove { target, ports } => target::change(target, |program| {
            ports.iter().try_for_each(|port| {
                let Removed { number, device } = change::remove(&program, port)?;
                let text = || match (number, &device) {
                    (Some(number), Some(device)) => format!("{number}={device}: removed\n"),
                    (Some(number), None) => format!("{number}: removed; its device is gone\n"),
                    (None, device) => format!("{}: removed\n", device.as_ref().unwrap_or(port)),
                };
                tell(text, || json!({ "port": number, "device": device, "removed": true }));
                Ok(())
            })
        }),
    })
}

fn add(program: &Program, word: &str, mode: WantedMode, no_pins: bool) -> Result<(), Error> {
    let (number, device) = split_port(word)?;
    let added = change::add(program, number, device, mode, no_pins)?;
    let (name, id, mode) = (program.name(), program.id(), added.mode);
    let text = || {
        let number = number.map(|number| format!("{number}=")).unwrap_or_default();
        format!("{number}{}: {name} (id {id}), {mode} mode\n", added.device.name)
    };
    tell(text, || {
        json!({
            "port": number, "device": added.device.name, "program": name, "id": id, "mode": mode.to_string(),
        })
    });
    if let Some(warning) = added.warning {
        complain(&format!("warning: {warning}"));
    }
    if let Some(reason) = added.no_pins {
        complain(&format!("warning: no pins for {}: {reason}", added.device.name));
    }
    Ok(())
}

fn watch(target: &TargetArgs, seconds: Option<u64>) -> Result<(), Error> {
    const TURN: Duration = Duration::from_millis(200);
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let (mut watch, first) = PortWatch::new(target::open(target)?)?;
    say(&watch, &first)?;
    while !output::is_closed() && end.is_none_or(|end| Instant::now() < end) {
        if let Some(update) = watch.wait(TURN)? {
            say(&watch, &update)?;
        }
    }
    Ok(())
}

/// Says which watched ports are up or down now, and how many groups that has changed.
fn say(watch: &PortWatch, update: &Update) -> Result<(), Error> {
    let names = PortNames::of(watch.program())?;
    for (port, up) in &update.ports {
        let device = names.as_ref().and_then(|names| names.name(&(*port).into()));
        let text = || {
            let device = device.map(|device| format!("={device}")).unwrap_or_default();
            format!("{port}{device}: {}\n", if *up { "up" } else { "down" })
        };
        tell(text, || json!({ "port": port, "device": device, "up": up }));
    }
    let text = || match update.groups {
        1 => "1 group changed\n".to_owned(),
        groups => format!("{groups} groups changed\n"),
    };
    if update.groups > 0 {
        tell(text, || json!({ "groups_changed": update.groups }));
    }
    Ok(())
}

fn list(target: &TargetArgs) -> Result<(), Error> {
    let program = target::open(target)?;
    match change::list(&program)? {
        None => tell(|| "ports are interface indices\n".to_owned(), || json!({ "ports_are_indices": true })),
        Some(ports) => ports.iter().for_each(|port| tell(|| line(port), || object(port))),
    }
    Ok(())
}

fn line(Port { number, index, device, runs }: &Port) -> String {
    match (device, runs) {
        (Some(device), true) => format!("{number}={device}\n"),
        (Some(device), false) => format!("{number}={device}, which runs another program or none\n"),
        (None, _) => format!("{number}: no device; it had index {index}\n"),
    }
}

fn object(Port { number, index, device, runs }: &Port) -> Value {
    json!({ "port": number, "index": index, "device": device, "runs": runs })
}
