//! `p4xdp status`: what devices run.

use super::{Exit, output::print};
use crate::cli::StatusArgs;
use p4xdp_runtime::Error;
use p4xdp_runtime::status::{self, Status};

/// Prints the status of the devices, or of all that run a program of ours.
pub fn run(args: &StatusArgs) -> Exit {
    Exit::of(try_run(args))
}

fn try_run(args: &StatusArgs) -> Result<(), Error> {
    let names = if args.devices.is_empty() {
        status::devices()?.into_iter().map(|device| device.name).collect()
    } else {
        args.devices.clone()
    };
    for (i, name) in names.iter().enumerate() {
        let separator = if i > 0 { "\n" } else { "" };
        print(&format!("{separator}{}", text(&status::status(name)?)));
    }
    Ok(())
}

fn text(status: &Status) -> String {
    let manifest = status.program.manifest();
    let mut out = format!(
        "{} (index {}): {} (id {}), {} mode, loaded {} ago\n  source {}, architecture {}, p4xdp {}\n",
        status.device.name,
        status.device.index,
        status.program.name(),
        status.running.id,
        status.running.mode,
        age(status.age.as_secs()),
        manifest.source,
        manifest.architecture,
        manifest.compiler,
    );
    if status.statistics.runs > 0 {
        let mean = status.statistics.time.as_nanos() / u128::from(status.statistics.runs);
        out += &format!("  {} packets, {mean} ns each\n", status.statistics.runs);
    }
    if let Some(ports) = &status.ports {
        out += &match ports.list() {
            Some(list) => format!("  ports {}\n", list.join(" ")),
            None => "  ports are interface indices\n".to_owned(),
        };
    }
    for table in &status.tables {
        out += &format!("  table {}: {} of {} entries\n", table.name, table.entries, table.size);
    }
    if let Some(pins) = &status.pins {
        out += &format!("  pinned under {}\n", pins.display());
    }
    out
}

fn age(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86400 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86400),
    }
}
