//! `p4xdp explain CODE`: why a diagnostic exists, with a wrong and a right example.

use super::{Exit, complain, output::print};
use crate::cli::ExplainArgs;
use p4xdp_frontend::diagnostic::{codes, suggest};

/// Prints one explanation, or the list of all codes.
pub fn run(args: &ExplainArgs) -> Exit {
    if args.list {
        let list: String = codes::ALL.iter().map(|(code, title, _)| format!("{code}  {title}\n")).collect();
        print(&list);
        return Exit::Done;
    }
    let Some(wanted) = &args.code else { return Exit::Environment };
    let wanted = wanted.to_uppercase();
    match codes::ALL.iter().find(|(code, _, _)| code.as_str() == wanted) {
        Some((code, title, text)) => {
            print(&format!("{code}: {title}\n\n{text}"));
            Exit::Done
        }
        None => {
            let near = suggest::closest(&wanted, codes::ALL.iter().map(|(code, _, _)| code.as_str()));
            let hint = near.map(|c| format!("; did you mean {c}?")).unwrap_or_default();
            complain(&format!("there is no code `{wanted}`{hint} `p4xdp explain --list` shows all"));
            Exit::Environment
        }
    }
}
