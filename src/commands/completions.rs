//! `p4xdp completions SHELL` and `p4xdp man [COMMAND..]`, both made from the argument definitions.

use super::{Exit, complain, output};
use crate::cli::{Cli, ManArgs};
use clap::CommandFactory;
use clap_mangen::Man;
use std::io::{self, Write};

/// Prints a shell's completion script.
pub fn shell(shell: clap_complete::Shell) -> Exit {
    // Not straight to standard output: the generator panics when it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "p4xdp", &mut script);
    output::print(&String::from_utf8_lossy(&script));
    Exit::Done
}

/// Prints a manual page in roff, or writes all of them, `p4xdp.1`, `p4xdp-check.1` and so on, into a directory.
pub fn manual(args: &ManArgs) -> Exit {
    // As `clap_mangen::generate_to` does: building gives each subcommand the full name that pages refer to it by.
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    if let Some(directory) = &args.out_dir {
        let written = std::fs::create_dir_all(directory).and_then(|()| write_pages(&root, directory));
        return match written {
            Ok(()) => Exit::Done,
            Err(error) => {
                complain(&format!("cannot write the manual pages to {}: {error}", directory.display()));
                Exit::Environment
            }
        };
    }
    let mut command = &root;
    for name in &args.command {
        let Some(found) = command.find_subcommand(name) else {
            let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let names = if names.is_empty() { "it has none".to_owned() } else { names.join(", ") };
            let whole = command.get_display_name().unwrap_or("p4xdp").replace('-', " ");
            complain(&format!("`{whole}` has no subcommand `{name}`: {names}"));
            return Exit::Environment;
        };
        command = found;
    }
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = Man::new(command.clone()).render(&mut page);
    output::print(&String::from_utf8_lossy(&page));
    Exit::Done
}

fn write_pages(command: &clap::Command, directory: &std::path::Path) -> io::Result<()> {
    let page = Man::new(command.clone());
    let mut file = std::fs::File::create(directory.join(page.get_filename()))?;
    page.render(&mut file)?;
    file.flush()?;
    command.get_subcommands().try_for_each(|sub| write_pages(sub, directory))
}
