//! `p4xdp run`: packets from captures through a program, into captures. Packet by packet: a capture may be larger than the memory.

mod inputs;
mod outputs;

use super::{Exit, complain, engine, output, state};
use crate::cli::{EngineArg, RunArgs};
use inputs::Inputs;
use outputs::Outputs;
use p4xdp_packet_tests::engine::{EngineError, Loss};
use p4xdp_packet_tests::runner::{self, TestError};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

/// Runs the packets in order of their time stamps.
pub fn run(args: &RunArgs) -> Exit {
    match try_run(args) {
        Ok(()) => Exit::Done,
        Err(exit) => exit,
    }
}

fn try_run(args: &RunArgs) -> Result<(), Exit> {
    let to_stdout = args.out.as_os_str() == "-";
    // Where captures go to standard output, nothing else does.
    let say = if to_stdout { output::to_stderr } else { output::print };
    let state_form = args.state.map(output::form);
    if args.state.is_some() && args.running.engine != EngineArg::Interp {
        complain("`--state` needs the interpreter: leave `--engine` out");
        return Err(Exit::Environment);
    }
    let mut inputs = Inputs::open(&args.inputs)?;
    let mut loaded = engine::load(&args.source, &args.running)?;
    loaded.leave_fields_out();
    prepare(args, &inputs, &mut loaded)?;

    let mut outputs = if to_stdout { Outputs::to_stdout()? } else { Outputs::to_folder(args)? };
    let mut first = None;
    let mut count = 0;
    let mut troubles = Troubles::default();
    let result = loop {
        let (port, packet) = match inputs.next() {
            Ok(Some(next)) => next,
            Ok(None) => break Ok(()),
            Err(exit) => break Err(exit),
        };
        let began = *first.get_or_insert(packet.nanoseconds);
        let engine = loaded.engine();
        let injected = engine
            .arrives(packet.nanoseconds.saturating_sub(began))
            .and_then(|()| engine.inject(port, &packet.bytes));
        let collected = engine.collect();
        let lost = engine.losses();
        let digests =
            if args.running.engine == EngineArg::Interp { engine.digests() } else { Ok(Vec::new()) };
        say(&loaded.trace(args.running.trace));
        // What one packet meets is no reason to leave the others out; what the engine meets is.
        let done = match injected {
            Err(EngineError::Environment(why)) => Err(EngineError::Environment(why)),
            Err(error) => {
                troubles.note(|| loaded.describe(&format!("packet {count}"), &error));
                Ok(())
            }
            Ok(()) => Ok(()),
        };
        match done.and_then(|()| Ok((collected?, lost?, digests?))) {
            Ok((packets, lost, digests)) => {
                lost.iter().for_each(|loss| troubles.lost(count, loss));
                say(&state::digests(count, &digests, state_form));
                let written = packets
                    .iter()
                    .try_for_each(|out| outputs.packet(out.port, packet.nanoseconds, &out.bytes));
                if let Err(exit) = written {
                    break Err(exit);
                }
            }
            Err(error) => break Err(loaded.fail(&format!("packet {count}"), &error)),
        }
        count += 1;
    };
    // What came out before an error is there.
    let left = outputs.finish()?;
    inputs.warnings().iter().for_each(|warning| complain(&format!("warning: {warning}")));
    let in_order = troubles.finish();
    result?;
    if args.state.is_some() {
        let cells = loaded.engine().cells();
        let cells = cells.map_err(|error| loaded.fail("reading the state", &error))?;
        say(&state::cells(&cells, state_form));
    }
    say(&if output::is_json() {
        format!("{}\n", serde_json::json!({ "packets_in": count, "packets_out": left }))
    } else {
        format!("{count} packets in, {left} out\n")
    });
    if in_order { Ok(()) } else { Err(Exit::Rejected) }
}

/// Opens ports and fills tables.
fn prepare(args: &RunArgs, inputs: &Inputs, loaded: &mut engine::Loaded) -> Result<(), Exit> {
    let asked: BTreeSet<u32> = inputs.ports().chain(args.ports.iter().copied()).collect();
    let asked: Vec<u32> = asked.into_iter().collect();
    let program = loaded.program.clone();
    let engine = loaded.engine();
    let opened = engine.open_ports(&asked).and_then(|()| engine.capture_everywhere());
    opened.map_err(|error| loaded.fail("opening ports", &error))?;
    let Some(entries) = &args.entries else { return Ok(()) };
    let text = super::test::read(entries)?;
    runner::run_entries(&program, &text, loaded.engine()).map_err(|error| {
        let file = entries.display();
        match error {
            TestError::Test(error) => {
                complain(&format!("{file}:{error}"));
                Exit::Rejected
            }
            TestError::Engine { line, column, error } => {
                loaded.fail(&format!("{file}:{line}:{column}"), &error)
            }
        }
    })
}

/// The most messages about single packets.
const MOST_TROUBLES: usize = 10;

/// What single packets met.
#[derive(Default)]
struct Troubles {
    /// Packets that were not run to their end, or got lost.
    count: usize,
    /// Packets that ended with XDP_ABORTED where that may be what the program means, and the number of the first.
    aborted: usize,
    first_aborted: Option<usize>,
}

impl Troubles {
    /// Says it, unless much has been said.
    fn note(&mut self, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.count <= MOST_TROUBLES {
            complain(&message());
        }
    }

    fn lost(&mut self, packet: usize, loss: &Loss) {
        match loss {
            Loss::Aborted => {
                self.aborted += 1;
                self.first_aborted.get_or_insert(packet);
            }
            Loss::NoDevice(port) => self.note(|| {
                format!("packet {packet}: {loss}; packets after it are captured there, and `--port {port}` captures it, too")
            }),
            Loss::Counted(_) | Loss::Other(_) => self.note(|| format!("packet {packet}: {loss}")),
        }
    }

    /// Says what was not said; whether every packet went through the program as it should.
    fn finish(&self) -> bool {
        if let Some(first) = self.first_aborted {
            complain(&format!("{} packets, packet {first} first: {}", self.aborted, Loss::Aborted));
        }
        if self.count > MOST_TROUBLES {
            complain(&format!("and so with {} packets more", self.count - MOST_TROUBLES));
        }
        self.count == 0
    }
}

fn cannot(what: &str, path: &Path, error: &io::Error) -> Exit {
    complain(&format!("cannot {what} {}: {error}", path.display()));
    Exit::Environment
}
