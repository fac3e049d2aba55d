//! `p4xdp register`: the registers of a running program.

use super::{Exit, output::print, target};
use crate::cli::RegisterCommand;
use num_bigint::BigUint;
use p4xdp_runtime::registers::Register;
use p4xdp_runtime::tables::TableError;
use p4xdp_runtime::{Error, Program, value};

/// Carries out a register command.
pub fn run(command: &RegisterCommand) -> Exit {
    Exit::of(match command {
        RegisterCommand::List { target } => target::open(target).and_then(|program| list(&program)),
        RegisterCommand::Dump { target, register } => {
            target::open(target).and_then(|program| dump(&program, register.as_deref()))
        }
        RegisterCommand::Read { target, register, index } => target::open(target).and_then(|program| {
            let register = program.register(register)?;
            print(&text(&register, *index, &register.read(*index)?));
            Ok(())
        }),
        RegisterCommand::Write { target, register, index, value } => target::change(target, |program| {
            let register = program.register(register)?;
            let value = value::parse(value, register.value()).map_err(TableError::from)?;
            register.write(*index, &value)
        }),
        RegisterCommand::Reset { target, register } => target::change(target, |program| {
            let reset = program.register(register)?.reset()?;
            print(&format!("{reset} values set to 0\n"));
            Ok(())
        }),
    })
}

fn list(program: &Program) -> Result<(), Error> {
    for register in program.registers()? {
        let sign = if register.value().signed { "int" } else { "bit" };
        print(&format!("{} ({} x {sign}<{}>)\n", register.name(), register.size(), register.value().width));
    }
    Ok(())
}

fn dump(program: &Program, name: Option<&str>) -> Result<(), Error> {
    let registers = match name {
        Some(name) => vec![program.register(name)?],
        None => program.registers()?,
    };
    for register in registers {
        let lines: String = register.dump()?.iter().map(|(i, value)| text(&register, *i, value)).collect();
        print(&lines);
    }
    Ok(())
}

fn text(register: &Register<'_>, index: u64, value: &BigUint) -> String {
    format!("{}[{index}]: {}\n", register.name(), value::format(value, register.value()))
}
