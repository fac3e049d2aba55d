//! `p4xdp counter`: the counters of a running program.

use super::{Exit, output::print, target};
use crate::cli::CounterCommand;
use p4xdp_runtime::counters::Counter;
use p4xdp_runtime::storage::Count;
use p4xdp_runtime::{Error, Program};

/// Carries out a counter command.
pub fn run(command: &CounterCommand) -> Exit {
    Exit::of(match command {
        CounterCommand::List { target } => target::open(target).and_then(|program| list(&program)),
        CounterCommand::Dump { target, counter } => {
            target::open(target).and_then(|program| dump(&program, counter.as_deref()))
        }
        CounterCommand::Read { target, counter, index, raw } => target::open(target).and_then(|program| {
            let counter = program.counter(counter)?;
            let count = counter.read(*index)?;
            let number = if counter.counts_packets() { count.packets } else { count.bytes };
            print(&if *raw { format!("{number}\n") } else { format!("{}\n", text(&counter, *index, count)) });
            Ok(())
        }),
        CounterCommand::Reset { target, counter } => target::change(target, |program| {
            let reset = program.counter(counter)?.reset()?;
            print(&format!("{reset} counts set to 0\n"));
            Ok(())
        }),
    })
}

fn list(program: &Program) -> Result<(), Error> {
    for counter in program.counters()? {
        let sparse = if counter.is_sparse() { ", sparse" } else { "" };
        print(&format!("{} ({} counts{sparse})\n", counter.name(), counter.size()));
    }
    Ok(())
}

fn dump(program: &Program, name: Option<&str>) -> Result<(), Error> {
    let counters = match name {
        Some(name) => vec![program.counter(name)?],
        None => program.counters()?,
    };
    for counter in counters {
        let mut out = String::new();
        for (index, count) in counter.dump()? {
            out += &format!("{}\n", text(&counter, index, count));
        }
        print(&out);
    }
    Ok(())
}

fn text(counter: &Counter<'_>, index: u64, count: Count) -> String {
    let mut parts = Vec::new();
    if counter.counts_packets() {
        parts.push(format!("{} packets", count.packets));
    }
    if counter.counts_bytes() {
        parts.push(format!("{} bytes", count.bytes));
    }
    format!("{}[{index}]: {}", counter.name(), parts.join(", "))
}
