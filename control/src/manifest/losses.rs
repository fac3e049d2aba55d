//! Why packets are lost that the program does not drop by its own word: the reasons, and where a program counts them. Both sides agree on that here.
//!
//! A program counts where a packet is lost, and nowhere else: packets that get through pay nothing, so it is always on. A row of
//! [`REASONS`] counts belongs to the processors whose number has this rest by [`ROWS`]; a reason's count is the sum over the rows.

/// A reason. Its number is its place in a row, and never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Reason {
    /// The program cannot go on: a failed `assert`, a loop with more rounds than XDP has, bytes beyond its reach.
    Aborted,
    /// `bpf_xdp_adjust_head` or `bpf_xdp_adjust_tail` refused: no room for what the packet gains, or fewer than 14 bytes are left.
    NoRoom,
    /// Part of a program that could not be called: the kernel allows 33 calls a packet.
    NotCalled,
    /// The device by which it came has no port number, or a larger one than the architecture has.
    NoNumber,
    /// It was sent to a port that no device has.
    NoPort,
    /// It would have gone round once more than it may.
    Rounds,
    /// It was for user space, where nobody read in time.
    PacketIn,
    /// It was sent to a multicast group that nobody has made.
    NoGroup,
    /// It was cloned by a session that nobody has made; it went on itself.
    NoSession,
    /// A copy: there is room for clones of two sessions a packet, for copies of so many packets at a time, and a copy is not copied or sent round again.
    Copy,
}

impl Reason {
    /// All of them, in the order of their numbers.
    pub const ALL: [Reason; 10] = [
        Reason::Aborted,
        Reason::NoRoom,
        Reason::NotCalled,
        Reason::NoNumber,
        Reason::NoPort,
        Reason::Rounds,
        Reason::PacketIn,
        Reason::NoGroup,
        Reason::NoSession,
        Reason::Copy,
    ];

    /// Its place in a row.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize
    }

    /// As commands name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Reason::Aborted => "aborted",
            Reason::NoRoom => "no-room",
            Reason::NotCalled => "not-called",
            Reason::NoNumber => "no-number",
            Reason::NoPort => "no-port",
            Reason::Rounds => "rounds",
            Reason::PacketIn => "packet-in",
            Reason::NoGroup => "no-group",
            Reason::NoSession => "no-session",
            Reason::Copy => "copy",
        }
    }

    /// As C names it.
    #[must_use]
    pub fn constant(self) -> &'static str {
        match self {
            Reason::Aborted => "P4XDP_ABORTED",
            Reason::NoRoom => "P4XDP_NO_ROOM",
            Reason::NotCalled => "P4XDP_NOT_CALLED",
            Reason::NoNumber => "P4XDP_NO_NUMBER",
            Reason::NoPort => "P4XDP_NO_PORT",
            Reason::Rounds => "P4XDP_ROUNDS",
            Reason::PacketIn => "P4XDP_PACKET_IN",
            Reason::NoGroup => "P4XDP_NO_GROUP",
            Reason::NoSession => "P4XDP_NO_SESSION",
            Reason::Copy => "P4XDP_COPY",
        }
    }

    /// Does a packet that is counted so end with `XDP_ABORTED`?
    #[must_use]
    pub fn aborts(self) -> bool {
        matches!(self, Reason::Aborted | Reason::NoRoom | Reason::NotCalled | Reason::NoNumber)
    }

    /// What it means, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Reason::Aborted => "the program could not go on with it",
            Reason::NoRoom => "no room to make it longer, or too few bytes left",
            Reason::NotCalled => "a part of the program could not be called",
            Reason::NoNumber => "it came by a device that has no port number",
            Reason::NoPort => "it was sent to a port that no device has",
            Reason::Rounds => "it would have gone round too often",
            Reason::PacketIn => "it was for user space, where nobody read it in time",
            Reason::NoGroup => "it was sent to a multicast group that nobody has made",
            Reason::NoSession => "no clone, since nobody has made the session",
            Reason::Copy => "a copy that could not be made, or would have been copied again",
        }
    }
}

/// Places for reasons in a row; those of no reason are 0.
pub const REASONS: usize = 16;

/// Rows, a power of two.
pub const ROWS: usize = 64;

/// Where the rows begin in the section [`super::statistics::COUNTS`], in bytes; a program that loses nothing has none.
pub const ROWS_AT: usize = 64;

/// Counts by reason, of all rows together, in the section's bytes.
#[must_use]
pub fn sums(section: &[u8]) -> [u64; REASONS] {
    let mut sums = [0u64; REASONS];
    let counts = section.get(ROWS_AT..).unwrap_or_default().chunks_exact(8);
    for (at, count) in counts.filter_map(|bytes| bytes.first_chunk().copied()).enumerate() {
        if let Some(sum) = sums.get_mut(at % REASONS) {
            *sum = sum.wrapping_add(u64::from_ne_bytes(count));
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_have_their_places() {
        for (at, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason.number(), at);
            assert!(reason.number() < REASONS);
        }
        let mut section = vec![0; ROWS_AT + ROWS * REASONS * 8];
        for (row, count) in [(0, 3u64), (7, 4), (63, 1)] {
            let at = ROWS_AT + (row * REASONS + Reason::NoPort.number()) * 8;
            section[at..at + 8].copy_from_slice(&count.to_ne_bytes());
        }
        let sums = sums(&section);
        assert_eq!(sums[Reason::NoPort.number()], 8);
        assert_eq!(sums.iter().sum::<u64>(), 8);
        assert_eq!(super::sums(&section[..ROWS_AT]), [0; REASONS]);
        assert_eq!(super::sums(&[]), [0; REASONS]);
    }
}
