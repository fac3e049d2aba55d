//! `p4xdp counter`, `p4xdp register`: the cells of a running program. The commands differ in what they are called, and in how a cell is
//! written down.

use super::{Exit, output::print, target};
use crate::cli::{CounterCommand, RegisterCommand, TargetArgs};
use p4xdp_runtime::cells::{Cell, CellKind, Cells};
use p4xdp_runtime::tables::TermError;
use p4xdp_runtime::{Error, Program, value};

/// Carries out a counter command.
pub fn counter(command: &CounterCommand) -> Exit {
    let of = Kind(CellKind::Counter);
    Exit::of(match command {
        CounterCommand::List { target } => of.list(target),
        CounterCommand::Dump { target, counter } => of.dump(target, counter.as_deref()),
        CounterCommand::Read { target, counter, index, raw } => of.read(target, counter, *index, *raw),
        CounterCommand::Reset { target, counter } => of.reset(target, counter, "counts"),
    })
}

/// Carries out a register command.
pub fn register(command: &RegisterCommand) -> Exit {
    let of = Kind(CellKind::Register);
    Exit::of(match command {
        RegisterCommand::List { target } => of.list(target),
        RegisterCommand::Dump { target, register } => of.dump(target, register.as_deref()),
        RegisterCommand::Read { target, register, index } => of.read(target, register, *index, false),
        RegisterCommand::Write { target, register, index, value } => {
            of.write(target, register, *index, &[value])
        }
        RegisterCommand::Reset { target, register } => of.reset(target, register, "values"),
    })
}

/// What the commands of a kind of cells do.
struct Kind(CellKind);

impl Kind {
    fn list(&self, target: &TargetArgs) -> Result<(), Error> {
        let program = target::open(target)?;
        for cells in program.cells(self.0)? {
            print(&format!("{} ({})\n", cells.name(), extent(&cells)));
        }
        Ok(())
    }

    fn dump(&self, target: &TargetArgs, name: Option<&str>) -> Result<(), Error> {
        let program = target::open(target)?;
        let all = match name {
            Some(name) => vec![program.cells_of(self.0, name)?],
            None => program.cells(self.0)?,
        };
        for cells in all {
            let lines: String =
                cells.dump()?.iter().map(|(index, cell)| text(&cells, *index, cell)).collect();
            print(&lines);
        }
        Ok(())
    }

    /// Prints a cell; `raw`: nothing but its first number.
    fn read(&self, target: &TargetArgs, name: &str, index: u64, raw: bool) -> Result<(), Error> {
        let program = target::open(target)?;
        let cells = program.cells_of(self.0, name)?;
        let cell = cells.read(index)?;
        print(&match cell.number() {
            Some(number) if raw => format!("{number}\n"),
            Some(_) | None => text(&cells, index, &cell),
        });
        Ok(())
    }

    fn write(&self, target: &TargetArgs, name: &str, index: u64, texts: &[&String]) -> Result<(), Error> {
        target::change(target, |program: Program| {
            let cells = program.cells_of(self.0, name)?;
            let numbers = cells.fields().zip(texts).map(|(field, text)| value::parse(text, field));
            let cell = Cell(numbers.collect::<Result<_, _>>().map_err(TermError::from)?);
            cells.write(index, &cell)
        })
    }

    fn reset(&self, target: &TargetArgs, name: &str, what: &str) -> Result<(), Error> {
        target::change(target, |program: Program| {
            let reset = program.cells_of(self.0, name)?.reset()?;
            print(&format!("{reset} {what} set to 0\n"));
            Ok(())
        })
    }
}

/// How many cells there are, and of what.
fn extent(cells: &Cells<'_>) -> String {
    match cells.kind() {
        CellKind::Counter => {
            let sparse = if cells.is_sparse() { ", sparse" } else { "" };
            format!("{} counts{sparse}", cells.size())
        }
        CellKind::Register => {
            let types = cells.fields().map(|field| {
                let sign = if field.signed { "int" } else { "bit" };
                format!("{sign}<{}>", field.width)
            });
            format!("{} x {}", cells.size(), types.collect::<Vec<_>>().join(", "))
        }
    }
}

fn text(cells: &Cells<'_>, index: u64, cell: &Cell) -> String {
    let numbers = cells.fields().zip(&cell.0).map(|(field, number)| match cells.kind() {
        CellKind::Counter => format!("{number} {}", field.name),
        CellKind::Register => value::format(number, field),
    });
    format!("{}[{index}]: {}\n", cells.name(), numbers.collect::<Vec<_>>().join(", "))
}
