//! `p4xdp load` and `p4xdp unload`.

use super::{Exit, complain, output::print, status};
use crate::cli::{LoadArgs, ModeArg, UnloadArgs};
use p4xdp_runtime::attach::WantedMode;
use p4xdp_runtime::carry::Carried;
use p4xdp_runtime::load::{self, Options};
use p4xdp_runtime::{Error, Object, pins};

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
        print(&format!(
            "{name}: {} (id {}), {} mode{replaced}\n",
            report.program.name(),
            report.program.id(),
            device.mode
        ));
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
        match carried {
            Carried::Kept => print(&format!("{name}: kept\n")),
            Carried::New => print(&format!("{name}: new\n")),
            Carried::Moved { reason, moved, lost } => {
                print(&format!("{name}: {moved} moved, {lost} lost: {reason}\n"));
            }
            Carried::Joined { devices, entries, lost } => {
                let programs: Vec<String> = devices.iter().map(|names| names.join(", ")).collect();
                let lost = if *lost > 0 { format!(", {lost} lost") } else { String::new() };
                print(&format!(
                    "{name}: {entries} of all programs ({}) together{lost}\n",
                    programs.join("; ")
                ));
            }
            Carried::Reset { reason } => print(&format!("{name}: starts anew: {reason}\n")),
        }
    }
    Ok(())
}

/// Takes programs off devices; goes on after a failure and reports it at the end.
pub fn unload(args: &UnloadArgs) -> Exit {
    let mut exit = Exit::Done;
    if args.stale {
        match pins::remove_stale() {
            Ok((removed, errors)) => {
                for old in removed {
                    print(&format!("removed{}\n", status::stale_text(&old)));
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
            Ok(id) => print(&format!("{device}: program {id} taken off\n")),
            Err(error) => exit = Exit::of(Err(error)),
        }
    }
    exit
}
