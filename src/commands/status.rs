//! `p4xdp status`: what devices run.

use super::output::{self, print, tell};
use super::{Exit, complain, json, stat};
use crate::cli::StatusArgs;
use p4xdp_runtime::Error;
use p4xdp_runtime::pins::Stale;
use p4xdp_runtime::ports::names::PortNames;
use p4xdp_runtime::status::{self, Status};
use serde_json::{Value, json};

/// Prints the status of the devices, or of all that run a program of ours.
pub fn run(args: &StatusArgs) -> Exit {
    if args.devices.is_empty() { all() } else { Exit::of(show(&args.devices)) }
}

fn show(names: &[String]) -> Result<(), Error> {
    for (i, name) in names.iter().enumerate() {
        let separator = if i > 0 { "\n" } else { "" };
        let status = status::status(name)?;
        tell(|| format!("{separator}{}", text(&status)), || object(&status));
    }
    Ok(())
}

fn all() -> Exit {
    let overview = match status::overview() {
        Ok(overview) => overview,
        Err(error) => return Exit::of(Err(error)),
    };
    let names: Vec<String> = overview.devices.iter().map(|device| device.name.clone()).collect();
    let mut exit = Exit::of(show(&names));
    if names.is_empty() && overview.hidden.is_empty() {
        complain("no device of this network namespace runs a program of p4xdp");
    }
    for (device, error) in overview.hidden {
        complain(&format!("`{}` runs a program that cannot be looked at: {error}", device.name));
        exit = if error.is_environment() { Exit::Environment } else { Exit::Rejected };
    }
    match overview.stale {
        Ok(stale) => {
            let lines: Vec<String> = stale.iter().map(|old| format!("{}\n", stale_text(old))).collect();
            if output::is_json() {
                stale.iter().for_each(|old| print(&format!("{}\n", stale_object(old))));
            } else if !lines.is_empty() {
                print(&format!("stale pins, which `p4xdp unload --stale` removes:\n{}", lines.concat()));
            }
        }
        Err(error) => {
            complain(&format!("stale pins cannot be looked for: {error}"));
            exit = Exit::Environment;
        }
    }
    exit
}

/// Where they stand, and why they are stale.
pub(super) fn stale_text(old: &Stale) -> String {
    let program = old.program.map(|id| format!("program {id}, ")).unwrap_or_default();
    format!("  {} ({program}{})", old.directory.display(), old.reason)
}

pub(super) fn stale_object(old: &Stale) -> Value {
    json!({ "stale": old.directory, "id": old.program, "reason": old.reason.to_string() })
}

fn object(status: &Status) -> Value {
    let manifest = status.program.manifest();
    let ports = status.ports.as_ref();
    let tables = status
        .tables
        .iter()
        .map(|table| json!({ "table": table.name, "entries": table.entries, "size": table.size }));
    let copies = status.copies.as_ref().map(
        |copies| json!({ "multicast_groups": copies.groups.len(), "clone_sessions": copies.sessions.len() }),
    );
    let mut object = json::members([
        ("device", status.device.name.as_str().into()),
        ("index", status.device.index.into()),
        ("mode", status.running.mode.to_string().into()),
        ("age_s", status.age.as_secs().into()),
        ("architecture", manifest.view.architecture.as_str().into()),
        ("compiler", manifest.compiler.as_str().into()),
        ("runs", status.statistics.runs.into()),
        ("run_time_ns", u64::try_from(status.statistics.time.as_nanos()).unwrap_or(u64::MAX).into()),
        ("cpu_port", ports.and_then(PortNames::cpu_port).into()),
        ("ports", ports.and_then(PortNames::list).into()),
        ("tables", tables.collect()),
        ("copies", copies.into()),
        ("pins", status.pins.as_ref().map(|pins| pins.display().to_string()).into()),
    ]);
    object.extend(json::program(&status.program));
    object.extend(stat::object(status.packets.as_ref(), &status.losses));
    object.into()
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
        manifest.view.architecture,
        manifest.compiler,
    );
    if status.statistics.runs > 0 {
        let mean = status.statistics.time.as_nanos() / u128::from(status.statistics.runs);
        out += &format!("  {} packets, {mean} ns each\n", status.statistics.runs);
    }
    if let Some(port) = status.ports.as_ref().and_then(PortNames::cpu_port) {
        out += &format!("  user space is behind port {port}\n");
    }
    if let Some(ports) = &status.ports {
        out += &match ports.list() {
            Some(list) => format!("  ports {}\n", list.join(" ")),
            None => "  ports are interface indices\n".to_owned(),
        };
    }
    for line in stat::lines(status.packets.as_ref(), &status.losses) {
        out += &format!("  {line}\n");
    }
    for table in &status.tables {
        out += &format!("  table {}: {} of {} entries\n", table.name, table.entries, table.size);
    }
    if let Some(copies) = &status.copies {
        let (groups, sessions) = (copies.groups.len(), copies.sessions.len());
        out += &format!("  {groups} multicast groups, {sessions} clone sessions\n");
    }
    if let Some(pins) = &status.pins {
        out += &format!("  pinned under {}\n", pins.display());
    } else if status.pins_hidden {
        out += "  no pins: /sys/fs/bpf is no BPF file system here\n";
    }
    out
}

pub(super) fn age(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86400 => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
        _ => format!("{} days", seconds / 86400),
    }
}
