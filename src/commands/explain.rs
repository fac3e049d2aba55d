//! `p4xdp explain CODE` or `NAME`: why a diagnostic exists, with a wrong and a right example.

use super::{Exit, complain, output::tell};
use crate::cli::ExplainArgs;
use p4xdp_frontend::diagnostic::{Code, codes, suggest};
use serde_json::{Value, json};

/// Prints one explanation, or the list of all codes.
pub fn run(args: &ExplainArgs) -> Exit {
    if args.list {
        let line = |(code, title, _): &(Code, &str, &str)| match code.names().first() {
            Some(name) => format!("{code}  {title} (`-W {name}`)\n"),
            None => format!("{code}  {title}\n"),
        };
        codes::ALL.iter().for_each(|listed| tell(|| line(listed), || object(listed.0)));
        return Exit::Done;
    }
    let Some(wanted) = &args.code else { return Exit::Environment };
    let code = wanted.to_uppercase();
    let mut meant: Vec<Code> = Code::find(&code).into_iter().collect();
    if meant.is_empty() {
        meant = Code::named(wanted);
    }
    if meant.is_empty() {
        let near = suggest::closest(&code, codes::ALL.iter().map(|(code, _, _)| code.as_str()));
        let hint = near.map(|c| format!("; did you mean {c}?")).unwrap_or_default();
        complain(&format!("there is no code `{code}`{hint} `p4xdp explain --list` shows all"));
        return Exit::Environment;
    }
    let text = |code: &Code| {
        let names: Vec<String> = code.names().iter().map(|name| format!("`{name}`")).collect();
        let called = if names.is_empty() {
            String::new()
        } else {
            format!(
                "This warning goes by the name of {}. `-W no-NAME` switches it off, `-W error=NAME` makes an error of it;\n\
                 `@noWarn(\"NAME\")` in front of a declaration, block or entry silences it there.\n\n",
                names.join(" or ")
            )
        };
        format!("{code}: {}\n\n{called}{}", code.title(), code.explanation())
    };
    for (i, code) in meant.iter().enumerate() {
        let separator = if i > 0 { "\n" } else { "" };
        tell(|| format!("{separator}{}", text(code)), || object(*code));
    }
    Exit::Done
}

fn object(code: Code) -> Value {
    json!({
        "code": code.to_string(), "title": code.title(), "names": code.names(), "explanation": code.explanation(),
    })
}
