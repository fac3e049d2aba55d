//! Who may change a device: in, the bids of its controllers for a role; out, who is told what (P4Runtime specification, section "Client Arbitration and
//! Controller Replication"). It knows no connections: controllers are numbers.

use crate::Problem;
use p4xdp_p4runtime::Any;
use p4xdp_p4runtime::google::rpc::Status;
use p4xdp_p4runtime::p4::v1::{MasterArbitrationUpdate, Role, Uint128};
use std::collections::BTreeMap;
use tonic::Code;

/// A controller's stream.
pub type Controller = u64;

/// What a controller is told.
pub type Told = (Controller, MasterArbitrationUpdate);

/// Streams that one role of a device may have.
pub const MOST_CONTROLLERS: usize = 64;

/// An election id as a number; `None` for one that is not set, which is below all others.
pub type Election = Option<u128>;

/// The number of an election id.
#[must_use]
pub fn election(id: Option<&Uint128>) -> Election {
    id.map(|id| u128::from(id.high) << 64 | u128::from(id.low))
}

/// The election id of a number.
#[must_use]
pub fn election_id(number: u128) -> Uint128 {
    // Both halves have 64 bits.
    let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default();
    Uint128 { high: half(number >> 64), low: half(number) }
}

/// The controllers of one role of a device.
#[derive(Clone, Debug, Default)]
pub struct Arbitration {
    controllers: BTreeMap<Controller, Election>,
    /// The highest one that was ever there.
    highest: Election,
    /// Of the last primary.
    config: Option<Any>,
}

/// Who is told of a change: before writes of the last primary have ended, and after that.
#[derive(Debug, Default, PartialEq)]
pub struct Change {
    /// All but the new primary.
    pub first: Vec<Told>,
    /// The new primary.
    pub then: Vec<Told>,
}

impl Arbitration {
    /// As another server left it, which ran before.
    #[must_use]
    pub fn resumed(highest: Election, config: Option<Any>) -> Arbitration {
        Arbitration { controllers: BTreeMap::new(), highest, config }
    }

    /// The highest election id so far.
    #[must_use]
    pub fn highest(&self) -> Election {
        self.highest
    }

    /// What the last primary said of its role.
    #[must_use]
    pub fn config(&self) -> Option<&Any> {
        self.config.as_ref()
    }

    /// The controller with the highest election id, if it is there.
    #[must_use]
    pub fn primary(&self) -> Option<Controller> {
        let highest = self.highest?;
        self.controllers.iter().find(|(_, id)| **id == Some(highest)).map(|(controller, _)| *controller)
    }

    /// Somebody writes with this election id: it is the primary's.
    #[must_use]
    pub fn is_primary(&self, id: Election) -> bool {
        id.is_some() && id == self.highest && self.primary().is_some()
    }

    /// A controller bids, for the first time or again.
    ///
    /// # Errors
    /// When another one has the same election id, or there are too many.
    pub fn bid(
        &mut self,
        (device, role): (u64, &str),
        controller: Controller,
        id: Election,
        config: Option<Any>,
    ) -> Result<Change, Problem> {
        if let Some(number) = id
            && self.controllers.iter().any(|(other, taken)| *other != controller && *taken == id)
        {
            // Clients look for these words.
            return Err(Problem::invalid(format!(
                "election id {number} of device {device} and role `{role}` is used by another controller: it exists already"
            )));
        }
        if !self.controllers.contains_key(&controller) && self.controllers.len() >= MOST_CONTROLLERS {
            return Err(Problem::exhausted(format!(
                "device {device} and role `{role}` have {MOST_CONTROLLERS} controllers already"
            )));
        }
        let was = self.primary();
        self.controllers.insert(controller, id);
        let mut change = Change::default();
        if id.is_some() && id >= self.highest {
            self.highest = id;
            self.config = config;
            let others = self.controllers.keys().filter(|other| **other != controller);
            change.first = others.map(|other| (*other, self.told(device, role, *other))).collect();
            change.then.push((controller, self.told(device, role, controller)));
        } else if was == Some(controller) {
            change.first = self.all(device, role);
        } else {
            change.first.push((controller, self.told(device, role, controller)));
        }
        Ok(change)
    }

    /// A controller's stream has ended; who is told.
    pub fn leave(&mut self, (device, role): (u64, &str), controller: Controller) -> Vec<Told> {
        let was = self.primary();
        self.controllers.remove(&controller);
        if was == Some(controller) { self.all(device, role) } else { Vec::new() }
    }

    fn all(&self, device: u64, role: &str) -> Vec<Told> {
        self.controllers.keys().map(|to| (*to, self.told(device, role, *to))).collect()
    }

    /// What a controller is told of things as they are.
    fn told(&self, device: u64, role: &str, to: Controller) -> MasterArbitrationUpdate {
        let (code, message) = match self.primary() {
            Some(primary) if primary == to => (Code::Ok, "you are the primary"),
            Some(_) => (Code::AlreadyExists, "you are a backup"),
            None => (Code::NotFound, "you are a backup, and there is no primary"),
        };
        let named = !role.is_empty() || self.config.is_some();
        MasterArbitrationUpdate {
            device_id: device,
            role: named.then(|| Role {
                name: role.to_owned(),
                config: self.config.clone(),
                ..Role::default()
            }),
            election_id: self.highest.map(election_id),
            status: Some(Status { code: code.into(), message: message.to_owned(), details: Vec::new() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: (u64, &str) = (1, "");

    /// Who was told which code and which election id.
    fn codes(told: &[Told]) -> Vec<(Controller, i32, u64)> {
        let of = |update: &MasterArbitrationUpdate| {
            (update.status.as_ref().unwrap().code, update.election_id.map_or(0, |id| id.low))
        };
        told.iter().map(|(to, update)| (*to, of(update).0, of(update).1)).collect()
    }

    const OK: i32 = Code::Ok as i32;
    const BACKUP: i32 = Code::AlreadyExists as i32;
    const NONE: i32 = Code::NotFound as i32;

    #[test]
    fn the_highest_is_primary() {
        let mut role = Arbitration::default();
        let change = role.bid(PLACE, 1, None, None).unwrap();
        assert_eq!((codes(&change.first), change.then.len()), (vec![(1, NONE, 0)], 0));
        assert!(change.first[0].1.election_id.is_none());
        let change = role.bid(PLACE, 2, Some(5), None).unwrap();
        assert_eq!((codes(&change.first), codes(&change.then)), (vec![(1, BACKUP, 5)], vec![(2, OK, 5)]));
        let change = role.bid(PLACE, 3, Some(4), None).unwrap();
        assert_eq!((codes(&change.first), change.then.len()), (vec![(3, BACKUP, 5)], 0));
        let change = role.bid(PLACE, 3, Some(6), None).unwrap();
        assert_eq!(codes(&change.first), [(1, BACKUP, 6), (2, BACKUP, 6)]);
        assert_eq!(codes(&change.then), [(3, OK, 6)]);
        assert!(role.is_primary(Some(6)) && !role.is_primary(Some(5)) && !role.is_primary(None));
    }

    #[test]
    fn without_the_highest_there_is_none() {
        let mut role = Arbitration::default();
        role.bid(PLACE, 1, Some(5), None).unwrap();
        role.bid(PLACE, 2, Some(3), None).unwrap();
        assert_eq!(codes(&role.leave(PLACE, 2)), []);
        role.bid(PLACE, 2, Some(3), None).unwrap();
        assert_eq!(codes(&role.leave(PLACE, 1)), [(2, NONE, 5)]);
        // A lower one than was ever there does not become primary, the same one does.
        assert_eq!(codes(&role.bid(PLACE, 3, Some(4), None).unwrap().first), [(3, NONE, 5)]);
        assert_eq!(codes(&role.bid(PLACE, 4, Some(5), None).unwrap().then), [(4, OK, 5)]);
        // Nor does one that steps back.
        let change = role.bid(PLACE, 4, Some(1), None).unwrap();
        assert_eq!(codes(&change.first), [(2, NONE, 5), (3, NONE, 5), (4, NONE, 5)]);
        assert!(!role.is_primary(Some(5)));
    }

    #[test]
    fn what_is_refused() {
        let mut role = Arbitration::default();
        role.bid(PLACE, 1, Some(5), None).unwrap();
        let problem = role.bid(PLACE, 2, Some(5), None).unwrap_err();
        assert_eq!(problem.code, Code::InvalidArgument);
        assert!(problem.message.contains("election id 5"), "{problem}");
        role.bid(PLACE, 1, Some(5), None).unwrap();
        for controller in 2..=MOST_CONTROLLERS as u64 {
            role.bid(PLACE, controller, None, None).unwrap();
        }
        let problem = role.bid(PLACE, 1000, None, None).unwrap_err();
        assert_eq!(problem.code, Code::ResourceExhausted);
    }

    #[test]
    fn what_another_server_left() {
        let mut role = Arbitration::resumed(Some(1 << 64), None);
        let change = role.bid(PLACE, 1, Some(7), None).unwrap();
        assert_eq!(change.first[0].1.election_id, Some(Uint128 { high: 1, low: 0 }));
        assert!(role.primary().is_none());
        assert_eq!(election(Some(&election_id(u128::MAX))), Some(u128::MAX));
    }
}
