//! Arguments of the subcommands for cells, `p4xdp counter`, `p4xdp register` and the like: one subcommand a kind, made of what `control`
//! says of the kind.

use super::TargetArgs;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, Subcommand, value_parser};
use p4xdp_control::manifest::CellKind;

/// A subcommand for cells of a kind.
#[derive(Debug)]
pub struct CellsCommand {
    /// The kind.
    pub kind: CellKind,
    /// The program.
    pub target: TargetArgs,
    /// What to do.
    pub action: CellsAction,
}

/// What can be done to cells. Names may be shortened to their last parts.
#[derive(Debug)]
pub enum CellsAction {
    /// Lists the instances.
    List,
    /// Prints all cells that are not zero.
    Dump {
        /// The instance; all of them if none is given.
        name: Option<String>,
    },
    /// Prints one cell.
    Read {
        /// The instance.
        name: String,
        /// Its index, or the keys of an entry.
        place: Vec<String>,
        /// The priority of the entry.
        priority: Option<u32>,
        /// The bare first number, for scripts.
        bare: bool,
    },
    /// Sets one cell.
    Write {
        /// The instance.
        name: String,
        /// Its index, or the keys of an entry, and the numbers, in the order of the cell's fields.
        words: Vec<String>,
        /// The priority of the entry.
        priority: Option<u32>,
    },
    /// Sets all cells to 0.
    Reset {
        /// The instance.
        name: String,
    },
}

impl Subcommand for CellsCommand {
    fn augment_subcommands(command: Command) -> Command {
        CellKind::ALL.into_iter().fold(command, |command, kind| command.subcommand(of_kind(kind)))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        CellsCommand::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        kind(name).is_some()
    }
}

impl FromArgMatches for CellsCommand {
    fn from_arg_matches(matches: &ArgMatches) -> Result<CellsCommand, Error> {
        let missing = || Error::new(ErrorKind::MissingSubcommand);
        let (noun, matches) = matches.subcommand().ok_or_else(missing)?;
        let kind = kind(noun).ok_or_else(missing)?;
        let (verb, matches) = matches.subcommand().ok_or_else(missing)?;
        let text = |id: &str| matches.get_one::<String>(id).cloned();
        let needed = |id: &str| text(id).ok_or_else(|| Error::new(ErrorKind::MissingRequiredArgument));
        let words = || matches.get_many::<String>("index").into_iter().flatten().cloned().collect();
        let priority = || kind.has_entries().then(|| matches.get_one::<u32>("priority").copied()).flatten();
        let action = match verb {
            "list" => CellsAction::List,
            "dump" => CellsAction::Dump { name: text(noun) },
            "read" => {
                let bare = kind.facts().bare.is_some() && matches.get_flag("raw");
                CellsAction::Read { name: needed(noun)?, place: words(), priority: priority(), bare }
            }
            "write" => CellsAction::Write { name: needed(noun)?, words: words(), priority: priority() },
            "reset" => CellsAction::Reset { name: needed(noun)? },
            _ => return Err(missing()),
        };
        Ok(CellsCommand { kind, target: TargetArgs::from_arg_matches(matches)?, action })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = CellsCommand::from_arg_matches(matches)?;
        Ok(())
    }
}

fn kind(noun: &str) -> Option<CellKind> {
    CellKind::ALL.into_iter().find(|kind| kind.noun() == noun)
}

/// The subcommand for a kind.
fn of_kind(kind: CellKind) -> Command {
    let facts = kind.facts();
    let (noun, [one, several]) = (facts.noun, facts.content);
    let verb = |name: &'static str, about: String| TargetArgs::augment_args(Command::new(name)).about(about);
    let needed = |name: &'static str, help: String| {
        Arg::new(name).value_name(name.to_uppercase()).required(true).help(help)
    };
    let instance = || needed(noun, format!("The {noun}"));
    let by_entry = kind.has_entries();
    let which = || {
        let of_entries = format!(", or the keys of an entry of the table whose direct {noun} it is");
        format!("Its index{}", if by_entry { of_entries.as_str() } else { "" })
    };
    // Keys are several words, numbers may be negative, and what suits depends on the program.
    let words = |help: String| needed("index", help).num_args(1..).allow_negative_numbers(true);
    let with_priority = |command: Command| {
        let priority =
            Arg::new("priority").long("priority").value_name("PRIORITY").value_parser(value_parser!(u32));
        let help = "The entry's priority, if there are several with these keys";
        if by_entry { command.arg(priority.help(help)) } else { command }
    };
    let some = instance().required(false).help(format!("The {noun}; all of them if none is given"));
    let read = verb("read", format!("Prints one {one}")).arg(instance()).arg(words(which()));
    let read = with_priority(read);
    let read = match facts.bare {
        Some(help) => read.arg(Arg::new("raw").long("raw").action(ArgAction::SetTrue).help(help)),
        None => read,
    };
    let changes = if facts.written.is_empty() { "resets" } else { "writes" };
    let mut command = Command::new(noun)
        .about(format!("Reads and {changes} the {noun}s of a running program"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(verb("list", format!("Lists the {noun}s")))
        .subcommand(verb("dump", facts.dump.to_owned()).arg(some))
        .subcommand(read);
    if !facts.written.is_empty() {
        let numbers = facts.written.iter().map(|(name, help)| format!("\n{}: {help}", name.to_uppercase()));
        let names: Vec<String> = facts.written.iter().map(|(name, _)| name.to_uppercase()).collect();
        let help = format!("{}; then{}", which(), numbers.collect::<String>());
        let all = words(help).value_name(format!("INDEX> <{}", names.join("> <")));
        let write = verb("write", format!("Sets one {one}")).arg(instance()).arg(all);
        command = command.subcommand(with_priority(write));
    }
    command.subcommand(verb("reset", format!("Sets all {several} of a {noun} to 0")).arg(instance()))
}
