//! `p4xdp digest`: the messages that a running program sends to its control plane.

use super::trace::{hex, named};
use super::{Exit, output, target};
use crate::cli::DigestArgs;
use p4xdp_runtime::digests::{Digests, Message};
use p4xdp_runtime::{Error, value};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long one digest is waited for where there are several.
const TURN: Duration = Duration::from_millis(10);
/// How long the only one is waited for.
const WAIT: Duration = Duration::from_millis(200);

/// Prints messages until enough have come, the time is over, or somebody interrupts.
pub fn run(args: &DigestArgs) -> Exit {
    Exit::of(try_run(args))
}

fn try_run(args: &DigestArgs) -> Result<(), Error> {
    let program = target::open(&args.target)?;
    let digests = match &args.digest {
        Some(name) => vec![program.digest(name)?],
        // Of a program that sends nothing, that is said.
        None => match program.digests()? {
            none if none.is_empty() => vec![program.digest("")?],
            all => all,
        },
    };
    if args.lost {
        for digest in &digests {
            print_lost(digest, digest.lost()?);
        }
        return Ok(());
    }
    let mut lost = Vec::new();
    for digest in &digests {
        lost.push(digest.lost()?);
    }
    let end = args.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut left = args.count.unwrap_or(u64::MAX);
    let wait = if digests.len() > 1 { TURN } else { WAIT };
    while left > 0 && !output::is_closed() && end.is_none_or(|end| Instant::now() < end) {
        for digest in &digests {
            if left == 0 {
                break;
            }
            for message in digest.read(wait, usize::try_from(left).unwrap_or(usize::MAX))? {
                output::tell(|| text(digest, &message), || object(digest, &message));
                left -= 1;
            }
        }
    }
    for (digest, before) in digests.iter().zip(lost) {
        let new = digest.lost()?.saturating_sub(before);
        if new > 0 {
            output::say(&format!("{new} messages of `{}` were lost", digest.name()));
        }
    }
    Ok(())
}

fn text(digest: &Digests<'_>, message: &Message) -> String {
    let mut line = digest.name().to_owned();
    if let Some(receiver) = &message.receiver {
        line += &format!(" receiver={receiver}");
    }
    for (field, number) in digest.fields().zip(&message.fields) {
        line += &format!(" {}={}", field.name, value::format(number, field));
    }
    line + "\n"
}

/// Numbers are hexadecimal strings, as they may be wider than JSON's.
fn object(digest: &Digests<'_>, message: &Message) -> Value {
    let fields = digest.fields().zip(&message.fields);
    let fields: Vec<_> = fields.map(|(field, number)| (&field.name, number.clone())).collect();
    let mut object = json!({ "digest": digest.name(), "fields": named(&fields) });
    if let (Some(receiver), Some(members)) = (&message.receiver, object.as_object_mut()) {
        members.insert("receiver".to_owned(), hex(receiver).into());
    }
    object
}

fn print_lost(digest: &Digests<'_>, lost: u64) {
    let name = digest.name();
    output::tell(|| format!("{name}: {lost} lost\n"), || json!({ "digest": name, "lost": lost }));
}
