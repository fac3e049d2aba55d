//! `p4xdp run`: packets from captures through a program, into captures.

use super::{Exit, complain, engine, output::print};
use crate::cli::RunArgs;
use crate::testing::pcap::{self, Captured};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Runs the packets in order of their time stamps.
pub fn run(args: &RunArgs) -> Exit {
    match try_run(args) {
        Ok(()) => Exit::Done,
        Err(exit) => exit,
    }
}

fn try_run(args: &RunArgs) -> Result<(), Exit> {
    let mut packets = Vec::new();
    for input in &args.inputs {
        let (port, path) = port_and_path(input)?;
        packets.extend(read(&path)?.into_iter().map(|packet| (port, packet)));
    }
    packets.sort_by_key(|(_, packet)| packet.nanoseconds);
    let mut ports: Vec<u32> = packets.iter().map(|(port, _)| *port).collect();
    ports.sort_unstable();
    ports.dedup();

    let mut loaded = engine::load(&args.source, &args.codegen, args.engine, args.trace)?;
    if let Some(entries) = &args.entries {
        let text = std::fs::read_to_string(entries).map_err(|error| cannot("read", entries, &error))?;
        let program = loaded.program.clone();
        crate::testing::runner::run_entries(&program, &text, &ports, loaded.engine()).map_err(|error| {
            complain(&format!("{}:{error}", entries.display()));
            Exit::Rejected
        })?;
    } else {
        loaded.engine().open_ports(&ports).map_err(|error| loaded.fail("opening ports", &error))?;
    }

    let count = packets.len();
    let mut out: BTreeMap<u32, Vec<Captured>> = BTreeMap::new();
    for (i, (port, packet)) in packets.iter().enumerate() {
        let engine = loaded.engine();
        let outputs = engine.inject(*port, &packet.bytes).and_then(|()| engine.collect());
        for output in outputs.map_err(|error| loaded.fail(&format!("packet {i}"), &error))? {
            let captured = Captured { nanoseconds: packet.nanoseconds, bytes: output.bytes };
            out.entry(output.port).or_default().push(captured);
        }
    }
    loaded.print_trace(args.trace);

    std::fs::create_dir_all(&args.out).map_err(|error| cannot("make", &args.out, &error))?;
    for (port, packets) in &out {
        let path = args.out.join(format!("{port}.pcap"));
        let written =
            File::create(&path).and_then(|file| pcap::write(std::io::BufWriter::new(file), packets));
        written.map_err(|error| cannot("write", &path, &error))?;
        print(&format!("{}: {} packets\n", path.display(), packets.len()));
    }
    print(&format!("{count} packets in, {} out\n", out.values().map(Vec::len).sum::<usize>()));
    Ok(())
}

fn port_and_path(text: &str) -> Result<(u32, PathBuf), Exit> {
    let parts = text.split_once('=').and_then(|(port, path)| Some((port.parse().ok()?, PathBuf::from(path))));
    parts.ok_or_else(|| {
        complain(&format!("`--in {text}`: expected PORT=FILE.pcap"));
        Exit::Environment
    })
}

fn read(path: &Path) -> Result<Vec<Captured>, Exit> {
    let file = File::open(path).map_err(|error| cannot("read", path, &error))?;
    pcap::read(file).map_err(|error| {
        complain(&format!("{}: {error}", path.display()));
        Exit::Rejected
    })
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Exit {
    complain(&format!("cannot {what} {}: {error}", path.display()));
    Exit::Environment
}
