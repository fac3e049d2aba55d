//! `p4xdp counter`, `p4xdp register` and the like: the cells of a running program. What the kinds differ in, `control` says.

use super::{Exit, output::print, target};
use crate::cli::{CellsAction, CellsCommand, TargetArgs};
use p4xdp_runtime::cells::{Cell, CellKind, Cells};
use p4xdp_runtime::tables::TermError;
use p4xdp_runtime::{Error, Program, value};

/// Carries out a command.
pub fn run(command: &CellsCommand) -> Exit {
    let CellsCommand { kind, target, action } = command;
    Exit::of(match action {
        CellsAction::List => list(*kind, target),
        CellsAction::Dump { name } => dump(*kind, target, name.as_deref()),
        CellsAction::Read { name, index, bare } => read(*kind, target, name, *index, *bare),
        CellsAction::Write { name, index, numbers } => write(*kind, target, name, *index, numbers),
        CellsAction::Reset { name } => reset(*kind, target, name),
    })
}

fn list(kind: CellKind, target: &TargetArgs) -> Result<(), Error> {
    let program = target::open(target)?;
    for cells in program.cells(kind)? {
        print(&format!("{} ({})\n", cells.name(), cells.layout().extent()));
    }
    Ok(())
}

fn dump(kind: CellKind, target: &TargetArgs, name: Option<&str>) -> Result<(), Error> {
    let program = target::open(target)?;
    let all = match name {
        Some(name) => vec![program.cells_of(kind, name)?],
        None => program.cells(kind)?,
    };
    for cells in all {
        let lines: String = cells.dump()?.iter().map(|(index, cell)| text(&cells, *index, cell)).collect();
        print(&lines);
    }
    Ok(())
}

/// Prints a cell; `bare`: nothing but its first number.
fn read(kind: CellKind, target: &TargetArgs, name: &str, index: u64, bare: bool) -> Result<(), Error> {
    let program = target::open(target)?;
    let cells = program.cells_of(kind, name)?;
    let cell = cells.read(index)?;
    print(&match cell.number() {
        Some(number) if bare => format!("{number}\n"),
        Some(_) | None => text(&cells, index, &cell),
    });
    Ok(())
}

fn write(kind: CellKind, target: &TargetArgs, name: &str, index: u64, texts: &[String]) -> Result<(), Error> {
    target::change(target, |program: Program| {
        let cells = program.cells_of(kind, name)?;
        let numbers = cells.fields().zip(texts).map(|(field, text)| value::parse(text, field));
        let cell = Cell(numbers.collect::<Result<_, _>>().map_err(TermError::from)?);
        cells.write(index, &cell)
    })
}

fn reset(kind: CellKind, target: &TargetArgs, name: &str) -> Result<(), Error> {
    target::change(target, |program: Program| {
        let reset = program.cells_of(kind, name)?.reset()?;
        let [_, several] = kind.facts().content;
        print(&format!("{reset} {several} set to 0\n"));
        Ok(())
    })
}

fn text(cells: &Cells<'_>, index: u64, cell: &Cell) -> String {
    format!("{}[{index}]: {}\n", cells.name(), cells.layout().text(&cell.0))
}
