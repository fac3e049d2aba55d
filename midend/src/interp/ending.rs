//! What becomes of packets and why, for traces: in, which statement wrote what the architecture looks at in the end; out, events.

use super::layout::Slot;
use super::machine::{Output, Verdict};
use super::run::Run;
use super::trace::EventKind;
use p4xdp_frontend::source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is remembered of a packet under way while somebody traces it.
#[derive(Debug, Default)]
pub struct Causes {
    /// Who wrote a narrow slot last: where, and which extern, if it was one.
    writers: BTreeMap<u32, (Span, Option<Arc<str>>)>,
    /// The extern at work.
    pub caller: Option<Arc<str>>,
    /// The end of the packet, or of a copy, has been told.
    told: bool,
}

impl Run<'_> {
    /// Remembers who wrote a local.
    pub(super) fn note_write(&mut self, slot: Slot, span: Span) {
        if let (Slot::Narrow(slot), true) = (slot, self.trace.is_some()) {
            self.causes.writers.insert(slot, (span, self.causes.caller.clone()));
        }
    }

    /// Notes that the packet, or the copy at hand, is dropped, since the program has written `slot`: `why`, or the extern that wrote it.
    pub fn drops(&mut self, why: &str, slot: Option<u32>) {
        self.ends("dropped", why, slot);
    }

    /// As [`Run::drops`], for a packet that is aborted.
    pub fn aborts(&mut self, why: &str, slot: Option<u32>) {
        self.ends("aborted", why, slot);
    }

    fn ends(&mut self, text: &str, why: &str, slot: Option<u32>) {
        if self.trace.is_none() {
            return;
        }
        let writer = slot.and_then(|slot| self.causes.writers.get(&slot));
        let (span, caller) = writer.cloned().unwrap_or_default();
        let why = Some(caller.map_or_else(|| why.to_owned(), |caller| caller.to_string()));
        self.causes.told = true;
        self.event(span, |_| EventKind::Verdict { text: text.to_owned(), why });
    }

    /// Notes what becomes of the packet, unless that has been told.
    pub(super) fn verdict_events(&mut self, verdict: &Verdict) {
        let end = match verdict {
            Verdict::Failed(why) => format!("given up: {why}"),
            _ if self.causes.told => return,
            Verdict::Forwarded | Verdict::Passed => return,
            Verdict::Dropped => "dropped".to_owned(),
            Verdict::Aborted => "aborted".to_owned(),
        };
        self.event(Span::NONE, |_| EventKind::Verdict { text: end, why: None });
    }

    /// Sends out what the deparser made.
    pub fn send(&mut self, port: u32, bytes: Vec<u8>) {
        self.send_by(port, bytes, None);
    }

    /// As [`Run::send`], with the name of the verdict that does it.
    pub fn send_by(&mut self, port: u32, bytes: Vec<u8>, verdict: Option<&'static str>) {
        let headers = if self.describing { self.emitted.clone() } else { Vec::new() };
        self.event(Span::NONE, |_| EventKind::Output { port, length: bytes.len(), verdict });
        self.outputs.push(Output { port, bytes, headers });
    }

    /// Sends out a packet that the deparser did not make.
    pub fn send_as_it_is(&mut self, port: u32, bytes: Vec<u8>, verdict: Option<&'static str>) {
        self.event(Span::NONE, |_| EventKind::Output { port, length: bytes.len(), verdict });
        self.outputs.push(Output { port, bytes, headers: Vec::new() });
    }
}
