//! `p4xdp serve`: a P4Runtime server for the devices of this network namespace.

use super::attach::wanted;
use super::output::{say, tell};
use super::{Exit, complain, metrics};
use crate::cli::ServeArgs;
use p4xdp_runtime::load::Options;
use p4xdp_server::device::Device;
use p4xdp_server::serve::{self, ServeError, Tls};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Serves until it is told to end, by SIGINT or SIGTERM.
pub fn run(args: &ServeArgs) -> Exit {
    let devices = match devices(args) {
        Ok(devices) => devices,
        Err(exit) => return exit,
    };
    if let Some(address) = args.metrics {
        let Some(listener) = metrics::listen(address) else { return Exit::Environment };
        let devices = devices.values().flat_map(|device| device.names()).collect();
        std::thread::spawn(move || metrics::answer(listener, devices, Default::default()));
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("cannot begin to serve: {error}"));
            return Exit::Environment;
        }
    };
    match runtime.block_on(listen_and_serve(args, devices)) {
        Ok(()) => Exit::Done,
        Err(error) => {
            complain(&error.to_string());
            Exit::Environment
        }
    }
}

/// The devices with what they run.
fn devices(args: &ServeArgs) -> Result<BTreeMap<u64, Arc<Device>>, Exit> {
    let options = Options {
        mode: wanted(args.mode),
        reset_tables: false,
        force: args.force,
        no_pins: args.no_pins,
        statistics: args.stats,
        ports_are_indices: args.ports_are_indices,
        cpu_port: args.cpu_port,
    };
    let asked = if args.device.is_empty() { vec![(1, args.interfaces.clone())] } else { args.device.clone() };
    let mut devices = BTreeMap::new();
    for (id, interfaces) in asked {
        let device = match Device::open(id, interfaces, options) {
            Ok(device) => device,
            Err(error) => return Err(Exit::of(Err(error))),
        };
        if devices.insert(id, Arc::new(device)).is_some() {
            complain(&format!("device {id} is given twice"));
            return Err(Exit::Environment);
        }
    }
    Ok(devices)
}

async fn listen_and_serve(args: &ServeArgs, devices: BTreeMap<u64, Arc<Device>>) -> Result<(), ServeError> {
    let tls = args.tls_cert.clone().zip(args.tls_key.clone());
    let tls = tls.map(|(certificate, key)| Tls { certificate, key, client_ca: args.client_ca.clone() });
    let how = match &tls {
        Some(Tls { client_ca: Some(_), .. }) => "TLS, clients with certificates",
        Some(_) => "TLS",
        None => "no TLS",
    };
    let options = serve::Options { tls, largest_message: args.largest_message as usize };
    let listener = serve::listen(args.listen).await?;
    let address = listener.local_addr().unwrap_or(args.listen);
    for device in devices.values() {
        let program = device.running().ok().flatten();
        let program = program.map(|installed| Arc::clone(&installed.pipeline.program));
        tell(
            || {
                let runs = program.as_ref().map_or("no program".to_owned(), |program| {
                    format!("{} (id {})", program.name(), program.id())
                });
                format!("device {}: {}: {runs}\n", device.id, device.interfaces.join(" "))
            },
            || {
                json!({
                    "device": device.id, "interfaces": device.interfaces,
                    "program": program.as_ref().map(|program| program.name()),
                    "id": program.as_ref().map(|program| program.id()),
                })
            },
        );
    }
    tell(
        || format!("listening on {address} ({how})\n"),
        || json!({ "address": address.to_string(), "tls": how }),
    );
    let speak = Arc::new(|text: &str| say(&format!("p4xdp: {text}")));
    serve::serve(devices, listener, &options, speak, told_to_end()).await
}

/// SIGINT or SIGTERM.
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Without signals the process ends at once, which loses nothing.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
