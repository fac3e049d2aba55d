//! Groups and sessions in the maps of a loaded program: in, what there is to be; out, the maps changed, each set in one step for packets, or an
//! error and all as it was.
//!
//! A set that changes is made anew under another number, with its roles, before it takes the place of the old one; and the old one goes once no
//! packet is under way that has read its number.

use super::CopyError;
use super::plan::{self, Change, Config, Fresh, Ports, Roles, Standing, of_set, roles_of};
use crate::egress::device_hash;
use crate::error::{Error, KernelError, io_error};
use crate::program::Program;
use crate::sys;
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::copies::{
    DEVICES, GENERATION, KEEPER, OF_GROUPS, OF_SESSIONS, ROLES, Role, RoleKey, SETS, SetKey,
};
use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

/// Device hashes that are open at once; a process has few descriptors.
const OPEN: usize = 128;

/// The maps.
pub(super) struct Maps<'p> {
    sets: &'p MapHandle,
    devices: &'p MapHandle,
    roles: &'p MapHandle,
    generation: &'p MapHandle,
    /// A packet may have clones of two sessions.
    twice: bool,
}

fn failed(what: &'static str) -> impl Fn(libbpf_rs::Error) -> KernelError {
    move |error| KernelError::new(what, io_error(&error))
}

const READ: &str = "read groups and sessions";
const WRITE: &str = "write groups and sessions";

impl<'p> Maps<'p> {
    pub(super) fn of(program: &'p Program) -> Result<Maps<'p>, Error> {
        Ok(Maps {
            sets: program.map(SETS)?,
            devices: program.map(DEVICES)?,
            roles: program.map(ROLES)?,
            generation: program.map(GENERATION)?,
            twice: program.manifest().copies.as_ref().is_some_and(|copies| copies.twice),
        })
    }

    /// What is in them.
    pub(super) fn standing(&self) -> Result<Standing, Error> {
        let mut standing = Standing::default();
        for key in self.sets.keys() {
            // It may have gone since it was listed.
            let value = self.sets.lookup(&key, MapFlags::ANY).map_err(failed(READ))?;
            if let (Some(key), Some(set)) = (SetKey::decode(&key), value.as_deref().and_then(number)) {
                standing.sets.insert(key, set);
            }
        }
        for key in self.roles.keys() {
            let value = self.roles.lookup(&key, MapFlags::ANY).map_err(failed(READ))?;
            if let (Some(key), Some(role)) = (RoleKey::decode(&key), value.as_deref().and_then(Role::decode))
            {
                standing.roles.insert(key, role);
            }
        }
        // An array has all keys.
        for set in (0..self.devices.max_entries()).filter(|set| *set != KEEPER) {
            let found = self.devices.lookup(&set.to_ne_bytes(), MapFlags::ANY).map_err(failed(READ))?;
            standing.devices.extend(found.is_some().then_some(set));
        }
        Ok(standing)
    }

    /// Lets programs forget what they have read. Who has read before it does not keep it, and who reads behind it sees what was written before.
    fn raise_generation(&self) -> Result<(), Error> {
        let key = 0u32.to_ne_bytes();
        let now = self.generation.lookup(&key, MapFlags::ANY).map_err(failed(READ))?;
        let next = now.as_deref().and_then(number).unwrap_or_default().wrapping_add(1);
        Ok(self.generation.update(&key, &next.to_ne_bytes(), MapFlags::ANY).map_err(failed(WRITE))?)
    }

    /// Makes of what stands there what there is to be.
    pub(super) fn apply(
        &self,
        egress: Option<BorrowedFd<'_>>,
        standing: &Standing,
        config: &Config,
        ports: &Ports,
        renew: impl Fn(SetKey) -> bool,
    ) -> Result<(), Error> {
        let change =
            plan::change(standing, config.sets(ports, self.twice)?, self.devices.max_entries(), renew);
        self.check_room(standing, &change, &config.roles())?;
        if !change.orphans.is_empty() {
            // Who was cut short may not have said that they are gone.
            self.raise_generation()?;
            sys::wait_for_packets();
        }
        for set in &change.orphans {
            self.forget(*set, of_set(&standing.roles, *set).map(|(key, _)| *key))?;
        }
        let done = self
            .make(&change.fresh, egress)
            .and_then(|()| self.configure(&standing.roles, &config.roles()))
            .and_then(|()| self.publish(&change));
        if let Err(error) = done {
            self.take_back(standing, config, &change);
            return Err(error);
        }
        let replaced = change.fresh.iter().map(|fresh| &fresh.key).chain(&change.gone);
        let replaced: BTreeSet<u32> = replaced.filter_map(|key| standing.sets.get(key).copied()).collect();
        if !replaced.is_empty() {
            sys::wait_for_packets();
        }
        for set in replaced {
            // Nothing leads there any more; what stays now is an orphan of the next change.
            let _ = self.forget(set, of_set(&standing.roles, set).map(|(key, _)| *key));
        }
        Ok(())
    }

    /// Old and new have room side by side.
    fn check_room(&self, standing: &Standing, change: &Change, config: &Roles) -> Result<(), CopyError> {
        let full = |what, needed: usize, map: &MapHandle| {
            let room = map.max_entries();
            if needed > room as usize { Err(CopyError::Full { what, needed, room }) } else { Ok(()) }
        };
        let keys: BTreeSet<&SetKey> =
            standing.sets.keys().chain(change.fresh.iter().map(|fresh| &fresh.key)).collect();
        full("sets of copies", keys.len(), self.sets)?;
        let stay = |set: &&u32| !change.orphans.contains(set);
        // One more holds the egress program.
        let fresh = change.fresh.len() + change.without_number;
        let sets = match change.without_number {
            0 => standing.devices.iter().filter(stay).count() + fresh + 1,
            _ => standing.devices.len() + fresh + 1,
        };
        full("sets of copies", sets, self.devices)?;
        let mut roles: BTreeSet<RoleKey> =
            standing.roles.keys().filter(|key| stay(&&key.set)).chain(config.keys()).copied().collect();
        roles.extend(change.fresh.iter().flat_map(|fresh| roles_of(fresh.number, &fresh.copies).into_keys()));
        full("roles of copies", roles.len(), self.roles)
    }

    /// Makes sets to which nothing leads yet.
    fn make(&self, fresh: &[Fresh], egress: Option<BorrowedFd<'_>>) -> Result<(), Error> {
        for some in fresh.chunks(OPEN) {
            let mut hashes = Vec::with_capacity(some.len());
            let (mut numbers, mut descriptors) = (Vec::new(), Vec::new());
            for Fresh { number, copies, .. } in some {
                for (key, role) in roles_of(*number, copies) {
                    self.put_role(key, role)?;
                }
                let devices: Vec<u32> = copies.iter().map(|copy| copy.device).collect();
                let hash = device_hash(&devices, egress)?;
                numbers.extend(number.to_ne_bytes());
                descriptors.extend(hash.as_fd().as_raw_fd().to_ne_bytes());
                hashes.push(hash);
            }
            // The kernel waits for packets after each change of such a map, so all is one change where it can be.
            let count = u32::try_from(some.len()).unwrap_or(u32::MAX);
            let all = self.devices.update_batch(&numbers, &descriptors, count, MapFlags::ANY, MapFlags::ANY);
            if all.is_err() {
                for (number, descriptor) in numbers.chunks(4).zip(descriptors.chunks(4)) {
                    self.devices.update(number, descriptor, MapFlags::ANY).map_err(failed(WRITE))?;
                }
            }
        }
        Ok(())
    }

    /// Writes what was asked for, for those who read it again.
    fn configure(&self, old: &Roles, new: &Roles) -> Result<(), Error> {
        for set in [OF_GROUPS, OF_SESSIONS] {
            for (key, _) in of_set(old, set).filter(|(key, _)| !new.contains_key(key)) {
                self.roles.delete(&key.encode()).map_err(failed(WRITE))?;
            }
        }
        for (key, role) in new.iter().filter(|(key, role)| old.get(key) != Some(role)) {
            self.put_role(*key, *role)?;
        }
        Ok(())
    }

    fn put_role(&self, key: RoleKey, role: Role) -> Result<(), Error> {
        Ok(self.roles.update(&key.encode(), &role.encode(), MapFlags::ANY).map_err(failed(WRITE))?)
    }

    /// Lets the new sets take their places. Their numbers may have been others' before.
    fn publish(&self, change: &Change) -> Result<(), Error> {
        self.raise_generation()?;
        for Fresh { key, number, .. } in &change.fresh {
            let written = self.sets.update(&key.encode(), &number.to_ne_bytes(), MapFlags::ANY);
            written.map_err(failed(WRITE))?;
        }
        for key in &change.gone {
            self.sets.delete(&key.encode()).map_err(failed(WRITE))?;
        }
        self.raise_generation()
    }

    /// Puts all back as it was, as far as the kernel lets us: the error that led here is the one to be told.
    fn take_back(&self, standing: &Standing, config: &Config, change: &Change) {
        let touched: BTreeMap<&SetKey, Option<&u32>> = change
            .fresh
            .iter()
            .map(|fresh| &fresh.key)
            .chain(&change.gone)
            .map(|key| (key, standing.sets.get(key)))
            .collect();
        for (key, before) in touched {
            let _ = match before {
                Some(number) => self.sets.update(&key.encode(), &number.to_ne_bytes(), MapFlags::ANY),
                None => self.sets.delete(&key.encode()),
            };
        }
        let before = Config::of_roles(&standing.roles).roles();
        for key in config.roles().keys().filter(|key| !before.contains_key(key)) {
            let _ = self.roles.delete(&key.encode());
        }
        for (key, role) in before {
            let _ = self.put_role(key, role);
        }
        let _ = self.raise_generation();
        sys::wait_for_packets();
        for Fresh { number, copies, .. } in &change.fresh {
            let _ = self.forget(*number, roles_of(*number, copies).into_keys());
        }
    }

    /// Takes a set out to which nothing leads.
    fn forget(&self, set: u32, roles: impl Iterator<Item = RoleKey>) -> Result<(), Error> {
        let gone = |result: Result<(), libbpf_rs::Error>| match result {
            Err(error) if io_error(&error).raw_os_error() != Some(libc::ENOENT) => Err(failed(WRITE)(error)),
            Ok(()) | Err(_) => Ok(()),
        };
        gone(self.devices.delete(&set.to_ne_bytes()))?;
        for key in roles {
            gone(self.roles.delete(&key.encode()))?;
        }
        Ok(())
    }
}

fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.first_chunk()?))
}
