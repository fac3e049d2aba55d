//! `p4xdp load` and `p4xdp unload`.

use super::{Exit, complain, output::tell, status};
use crate::cli::{LoadArgs, ModeArg, UnloadArgs};
use p4xdp_runtime::attach::WantedMode;
use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::load::{self, Options};
use p4xdp_runtime::{Error, Object, pins};
use serde_json::{Value, json};

/// Loads an object and says what became of devices and tables.
pub fn load(args: &LoadArgs) -> Exit {
    Exit::of(try_load(args))
}

/// The mode that is asked for.
pub fn wanted(mode: ModeArg) -> WantedMode {
    match mode {
        ModeArg::Auto => WantedMode::Auto,
        ModeArg::Native => WantedMode::Native,
        ModeArg::Generic => WantedMode::Generic,
    }
}

fn try_load(args: &LoadArgs) -> Result<(), Error> {
    let object = Object::open(&args.object)?;
    let mode = wanted(args.mode);
    let options = Options {
        mode,
        reset_tables: args.reset_tables,
        force: args.force,
        no_pins: args.no_pins,
        statistics: args.stats,
        ports_are_indices: args.ports_are_indices,
        cpu_port: args.cpu_port,
    };
    let devices: Vec<&str> = args.devices.iter().map(String::as_str).collect();
    let report = load::load(&object, &devices, &options)?;
    for device in &report.devices {
        let replaced = device.replaced.map(|id| format!(", replacing program {id}")).unwrap_or_default();
        let name = &device.device.name;
        let program = &report.program;
        tell(
            || format!("{name}: {} (id {}), {} mode{replaced}\n", program.name(), program.id(), device.mode),
            || {
                json!({
                    "device": name, "program": program.name(), "id": program.id(),
                    "mode": device.mode.to_string(), "replaced": device.replaced,
                })
            },
        );
        if let Some(warning) = &device.warning {
            complain(&format!("warning: {warning}"));
        }
        if let Err(reason) = &device.pins
            && !args.no_pins
        {
            complain(&format!("warning: no pins for {name}: {reason}"));
        }
    }
    for (name, carried) in &report.carried {
        tell(|| format!("{name}: {}\n", carried_text(carried)), || carried_object(name, carried));
    }
    Ok(())
}

/// What became of what the program before it kept.
fn carried_text(carried: &Carried) -> String {
    match carried {
        Carried::Kept => "kept".to_owned(),
        Carried::New => "new".to_owned(),
        Carried::Moved { reason, moved, lost } => format!("{moved} moved, {lost} lost: {reason}"),
        Carried::Joined { devices, entries, lost } => {
            let programs: Vec<String> = devices.iter().map(|names| names.join(", ")).collect();
            let lost = if *lost > 0 { format!(", {lost} lost") } else { String::new() };
            format!("{entries} of all programs ({}) together{lost}", programs.join("; "))
        }
        Carried::Reset { reason } => format!("starts anew: {reason}"),
    }
}

fn carried_object(name: &str, carried: &Carried) -> Value {
    match carried {
        Carried::Kept => json!({ "name": name, "carried": "kept" }),
        Carried::New => json!({ "name": name, "carried": "new" }),
        Carried::Moved { reason, moved, lost } => json!({
            "name": name, "carried": "moved", "moved": moved, "lost": lost, "reason": reason.to_string(),
        }),
        Carried::Joined { devices, entries, lost } => json!({
            "name": name, "carried": "joined", "devices": devices, "entries": entries, "lost": lost,
        }),
        Carried::Reset { reason } => {
            json!({ "name": name, "carried": "reset", "reason": reason.to_string() })
        }
    }
}

/// Takes programs off devices; goes on after a failure and reports it at the end.
pub fn unload(args: &UnloadArgs) -> Exit {
    let mut exit = Exit::Done;
    if args.stale {
        match pins::remove_stale() {
            Ok((removed, errors)) => {
                for old in removed {
                    tell(|| format!("removed{}\n", status::stale_text(&old)), || status::stale_object(&old));
                }
                for error in errors {
                    exit = Exit::of(Err(error));
                }
            }
            Err(error) => exit = Exit::of(Err(error)),
        }
    }
    for device in &args.devices {
        let result = load::unload(device, args.force);
        match result {
            Ok(id) => tell(
                || format!("{device}: program {id} taken off\n"),
                || json!({ "device": device, "id": id }),
            ),
            Err(error) => exit = Exit::of(Err(error)),
        }
    }
    exit
}
