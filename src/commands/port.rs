//! `p4xdp port`: the ports of a running program.

use super::{Exit, attach, complain, output::print, target};
use crate::cli::{PortCommand, TargetArgs};
use p4xdp_runtime::attach::WantedMode;
use p4xdp_runtime::port_changes::{self as change, Port, Removed};
use p4xdp_runtime::ports::split_port;
use p4xdp_runtime::{Error, Program};

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
        PortCommand::Remove { target, ports } => target::change(target, |program| {
            ports.iter().try_for_each(|port| {
                print(&match change::remove(&program, port)? {
                    Removed { number: Some(number), device: Some(device) } => {
                        format!("{number}={device}: removed\n")
                    }
                    Removed { number: Some(number), device: None } => {
                        format!("{number}: removed; its device is gone\n")
                    }
                    Removed { number: None, device } => {
                        format!("{}: removed\n", device.unwrap_or_else(|| port.clone()))
                    }
                });
                Ok(())
            })
        }),
    })
}

fn add(program: &Program, word: &str, mode: WantedMode, no_pins: bool) -> Result<(), Error> {
    let (number, device) = split_port(word)?;
    let added = change::add(program, number, device, mode, no_pins)?;
    let number = number.map(|number| format!("{number}=")).unwrap_or_default();
    print(&format!(
        "{number}{}: {} (id {}), {} mode\n",
        added.device.name,
        program.name(),
        program.id(),
        added.mode
    ));
    if let Some(warning) = added.warning {
        complain(&format!("warning: {warning}"));
    }
    if let Some(reason) = added.no_pins {
        complain(&format!("warning: no pins for {}: {reason}", added.device.name));
    }
    Ok(())
}

fn list(target: &TargetArgs) -> Result<(), Error> {
    let program = target::open(target)?;
    match change::list(&program)? {
        None => print("ports are interface indices\n"),
        Some(ports) => ports.iter().for_each(|port| print(&line(port))),
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
