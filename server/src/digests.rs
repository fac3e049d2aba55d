//! Lists of a digest's messages (P4Runtime specification, section "DigestEntry"): in, messages as programs send them, acknowledgements, and the time; out,
//! the lists that are to be sent. A message that was sent and is not acknowledged is not sent again for a while.

use p4xdp_p4runtime::Message;
use p4xdp_p4runtime::p4::v1::digest_entry::Config;
use p4xdp_p4runtime::p4::v1::{DigestList, P4Data};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

/// Messages of a list at most where a controller leaves it to us.
const USUAL_LIST: usize = 256;
/// Messages that are remembered because nobody has acknowledged them; beyond them the oldest list is forgotten.
const MOST_REMEMBERED: usize = 1 << 16;

/// The messages of one digest.
#[derive(Debug, Default)]
pub struct Lists {
    digest_id: u32,
    /// Not sent yet.
    waiting: Vec<P4Data>,
    /// When the first of them came.
    since: Option<Instant>,
    /// The same as bytes, and those of `sent`.
    known: HashSet<Vec<u8>>,
    /// Lists that nobody has acknowledged, by number.
    sent: BTreeMap<u64, (Instant, Vec<Vec<u8>>)>,
    next: u64,
}

impl Lists {
    /// Of a digest by its id.
    #[must_use]
    pub fn new(digest_id: u32) -> Lists {
        Lists { digest_id, next: 1, ..Lists::default() }
    }

    /// A message has come: whether it is a new one.
    pub fn take(&mut self, data: P4Data, now: Instant) -> bool {
        if !self.known.insert(data.encode_to_vec()) {
            return false;
        }
        self.since.get_or_insert(now);
        self.waiting.push(data);
        true
    }

    /// The lists that are to be sent now. `timestamp` is the time of day in nanoseconds.
    pub fn due(&mut self, config: &Config, now: Instant, timestamp: i64) -> Vec<DigestList> {
        self.forget(config, now);
        let most = usize::try_from(config.max_list_size).ok().filter(|most| *most > 0).unwrap_or(USUAL_LIST);
        let waited =
            self.since.is_some_and(|since| now.duration_since(since) >= nanoseconds(config.max_timeout_ns));
        let mut lists = Vec::new();
        while self.waiting.len() >= most || waited && !self.waiting.is_empty() {
            let rest = self.waiting.split_off(most.min(self.waiting.len()));
            let data = std::mem::replace(&mut self.waiting, rest);
            let bytes: Vec<Vec<u8>> = data.iter().map(Message::encode_to_vec).collect();
            let list_id = self.next;
            self.next += 1;
            if config.ack_timeout_ns > 0 {
                self.sent.insert(list_id, (now, bytes));
            } else {
                self.know_no_more(&bytes);
            }
            lists.push(DigestList { digest_id: self.digest_id, list_id, data, timestamp });
        }
        if self.waiting.is_empty() {
            self.since = None;
        } else if !lists.is_empty() {
            self.since = Some(now);
        }
        lists
    }

    /// Some are not sent yet.
    #[must_use]
    pub fn has_messages(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// A controller has read a list: whether it was one that waited for that.
    pub fn acknowledge(&mut self, list_id: u64) -> bool {
        let Some((_, bytes)) = self.sent.remove(&list_id) else { return false };
        self.know_no_more(&bytes);
        true
    }

    /// Forgets all messages: nobody listens, or somebody else does.
    pub fn clear(&mut self) {
        let next = self.next;
        *self = Lists { next, ..Lists::new(self.digest_id) };
    }

    fn know_no_more(&mut self, messages: &[Vec<u8>]) {
        for message in messages {
            self.known.remove(message);
        }
    }

    /// Forgets lists that were sent so long ago that their messages may come again.
    fn forget(&mut self, config: &Config, now: Instant) {
        let limit = nanoseconds(config.ack_timeout_ns);
        while let Some((id, (when, _))) = self.sent.first_key_value() {
            let is_over = now.duration_since(*when) >= limit || self.known.len() > MOST_REMEMBERED;
            let id = *id;
            if !is_over {
                break;
            }
            self.acknowledge(id);
        }
    }
}

/// A time as messages have it; a negative one is none.
fn nanoseconds(number: i64) -> Duration {
    Duration::from_nanos(u64::try_from(number).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use p4xdp_p4runtime::p4::v1::p4_data::Data;

    fn message(number: u8) -> P4Data {
        P4Data { data: Some(Data::Bitstring(vec![number])) }
    }

    fn config(timeout_ms: i64, size: i32, ack_ms: i64) -> Config {
        Config {
            max_timeout_ns: timeout_ms * 1_000_000,
            max_list_size: size,
            ack_timeout_ns: ack_ms * 1_000_000,
        }
    }

    const MS: Duration = Duration::from_millis(1);

    fn sizes(lists: &[DigestList]) -> Vec<(u64, usize)> {
        lists.iter().map(|list| (list.list_id, list.data.len())).collect()
    }

    #[test]
    fn lists_are_full_or_old() {
        let (mut lists, config, start) = (Lists::new(1), config(10, 3, 0), Instant::now());
        assert!((0..7).all(|number| lists.take(message(number), start)));
        assert_eq!(sizes(&lists.due(&config, start, 0)), [(1, 3), (2, 3)]);
        assert_eq!(sizes(&lists.due(&config, start + 9 * MS, 0)), []);
        assert_eq!(sizes(&lists.due(&config, start + 10 * MS, 0)), [(3, 1)]);
    }

    #[test]
    fn no_timeout_is_a_list_at_once() {
        let (mut lists, config, start) = (Lists::new(1), config(0, 0, 0), Instant::now());
        lists.take(message(1), start);
        assert_eq!(sizes(&lists.due(&config, start, 0)), [(1, 1)]);
    }

    #[test]
    fn what_was_sent_is_sent_again_after_an_acknowledgement_or_long_after() {
        let (mut lists, config, start) = (Lists::new(1), config(0, 1, 5), Instant::now());
        assert!(lists.take(message(1), start));
        assert!(!lists.take(message(1), start), "it waits already");
        assert_eq!(sizes(&lists.due(&config, start, 0)), [(1, 1)]);
        assert!(!lists.take(message(1), start + MS), "it was sent");
        assert!(!lists.acknowledge(7) && lists.acknowledge(1) && !lists.acknowledge(1));
        assert!(lists.take(message(1), start + MS));
        assert_eq!(sizes(&lists.due(&config, start + MS, 0)), [(2, 1)]);
        assert_eq!(sizes(&lists.due(&config, start + 6 * MS, 0)), []);
        assert!(lists.take(message(1), start + 6 * MS), "nobody acknowledged it");
        lists.clear();
        assert!(lists.take(message(1), start + 6 * MS));
        assert_eq!(sizes(&lists.due(&config, start + 6 * MS, 0)), [(3, 1)]);
    }

    #[test]
    fn without_acknowledgements_nothing_is_remembered() {
        let (mut lists, config, start) = (Lists::new(1), config(0, 1, 0), Instant::now());
        for _ in 0..3 {
            assert!(lists.take(message(1), start));
            assert_eq!(lists.due(&config, start, 0).len(), 1);
        }
    }
}
