//! `p4xdp metrics`: what running programs do, for Prometheus.

use super::output::{self, print, tell};
use super::{Exit, complain, json};
use crate::cli::MetricsArgs;
use p4xdp_metrics::families::Family;
use p4xdp_metrics::http;
use p4xdp_metrics::read::{self, Options};
use p4xdp_metrics::snapshot::{Sample, Snapshot, Unread, Value as Number};
use p4xdp_metrics::text::Format;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};

/// Prints the metrics once, or serves them.
pub fn run(args: &MetricsArgs) -> Exit {
    let options = Options { most_cells: args.most_cells };
    match args.listen {
        Some(address) => serve(address, args.devices.clone(), options),
        None => once(&args.devices, options),
    }
}

fn once(devices: &[String], options: Options) -> Exit {
    let snapshot = match read::devices(devices, options) {
        Ok(snapshot) => snapshot,
        Err(error) => return Exit::of(Err(error)),
    };
    let mut exit = Exit::Done;
    for Unread { device, reason, is_environment } in &snapshot.unread {
        complain(&format!("`{device}` cannot be read: {reason}"));
        exit = match exit {
            Exit::Environment => exit,
            Exit::Done | Exit::Rejected if *is_environment => Exit::Environment,
            Exit::Done | Exit::Rejected => Exit::Rejected,
        };
    }
    if output::is_json() {
        for (family, samples) in snapshot.families() {
            samples.iter().for_each(|sample| print(&format!("{}\n", object(family, sample))));
        }
    } else {
        print(&snapshot.text(Format::Prometheus));
    }
    exit
}

fn object(family: &Family, Sample { labels, value }: &Sample) -> Value {
    let value = match *value {
        Number::Count(count) => count.into(),
        Number::Real(real) => real.into(),
    };
    let labels = json::texts(labels.iter().map(|(name, text)| (*name, text.clone())));
    let members = [
        ("metric", family.name().into()),
        ("kind", family.kind.name().into()),
        ("labels", labels),
        ("value", value),
    ];
    json::members(members).into()
}

fn serve(address: SocketAddr, devices: Vec<String>, options: Options) -> Exit {
    match listen(address) {
        Some(listener) => answer(listener, devices, options),
        None => Exit::Environment,
    }
}

/// Listens where metrics are to be, and says where that is; says why not.
pub(super) fn listen(address: SocketAddr) -> Option<TcpListener> {
    let bound = TcpListener::bind(address).and_then(|listener| Ok((listener.local_addr()?, listener)));
    match bound {
        Ok((address, listener)) => {
            let url = format!("http://{address}{}", http::PATH);
            tell(|| format!("{url}\n"), || json::members([("metrics", url.as_str().into())]).into());
            Some(listener)
        }
        Err(error) => {
            complain(&format!("cannot listen at {address}: {error}"));
            None
        }
    }
}

/// Answers with metrics until the process ends.
pub(super) fn answer(listener: TcpListener, devices: Vec<String>, options: Options) -> Exit {
    let mut said = BTreeMap::new();
    let source = move || read_and_tell(&devices, options, &mut said);
    match http::serve(listener, Box::new(source)) {
        Ok(()) => Exit::Done,
        Err(error) => {
            complain(&format!("cannot serve metrics: {error}"));
            Exit::Environment
        }
    }
}

/// Reads a snapshot. What cannot be read is said once, and again when it is something else.
fn read_and_tell(
    devices: &[String],
    options: Options,
    said: &mut BTreeMap<String, String>,
) -> Result<Snapshot, String> {
    let snapshot = read::devices(devices, options).map_err(|error| error.to_string())?;
    let unread = snapshot.unread.iter().map(|unread| (unread.device.clone(), unread.reason.clone()));
    let unread: BTreeMap<String, String> = unread.collect();
    for (device, reason) in &unread {
        if said.get(device) != Some(reason) {
            complain(&format!("`{device}` cannot be read: {reason}"));
        }
    }
    *said = unread;
    Ok(snapshot)
}
