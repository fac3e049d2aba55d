//! What blocks of PNA and ubpf_model say about the packet's fate, the last word holding: `send_to_port(port)`, `drop_packet()`, `mark_to_drop()`,
//! `mark_to_pass()`. They are stores to variables by the time that they would be written ([`crate::arch::requests`]).

use super::{PNA, UBPF_MODEL};
use crate::emit::externs::{Entry, OtherShape};
use crate::layout::extern_facts::{Facts, Request};

const fn request(name: &'static str, request: Request, architectures: &'static [&'static str]) -> Entry {
    Entry::stateless(name, |_, _| Err(OtherShape))
        .of(architectures)
        .with(Facts { request: Some(request), ..Facts::none() })
}

pub(super) const SEND_TO_PORT: Entry = request("send_to_port", Request::Send, PNA);
pub(super) const DROP_PACKET: Entry = request("drop_packet", Request::Fate(0), PNA);
pub(super) const MARK_TO_DROP: Entry = request("mark_to_drop", Request::Fate(1), UBPF_MODEL);
pub(super) const MARK_TO_PASS: Entry = request("mark_to_pass", Request::Fate(0), UBPF_MODEL);
