//! Action profiles and selectors of a loaded program: in, numbers of members with their actions, and of groups with their members; out, the maps
//! changed, or an error that says which member, group or number it is. Packets see a member or group as it was or as it is.
//!
//! Members of groups may watch ports: [`GroupMember`].
//!
//! What entries name is there: a member or group in use is not removed, and [`crate::tables`] asks before an entry is written.

mod error;
pub(crate) mod watched;

pub use error::ProfileError;
pub use watched::GroupMember;

use crate::error::{Error, KernelError, io_error};
use crate::lock;
use crate::ports::names::PortNames;
use crate::program::Program;
use crate::sys;
use crate::tables::{ActionCall, OfTable, Table, Target, TermError, terms};
use libbpf_rs::{MapCore, MapFlags, MapHandle};
use p4xdp_control::manifest::{self, ExternKind};
use p4xdp_control::storage::Groups;
use p4xdp_control::view::{self, ActionProfile};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What may be there already where a member or group is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Nothing.
    Insert,
    /// Another one, whose place it takes.
    Modify,
    /// Either.
    Set,
}

/// An action profile or selector of a loaded program.
pub struct Profile<'p> {
    program: &'p Program,
    seen: &'p view::Extern,
    of: &'p ActionProfile,
    layout: &'p manifest::Profile,
    members: &'p MapHandle,
    groups: Option<(&'p Groups, &'p MapHandle)>,
    ports: Option<Arc<PortNames>>,
    any_port: bool,
    /// The thread is in the namespace of the program's devices, also if none runs it yet.
    here: bool,
    waits: Waits,
}

/// Waiting for packets that still have a member or group that went, since the kernel may give its memory to the next one.
#[derive(Default)]
struct Waits {
    /// More is to go, and one waiting is for all.
    deferred: AtomicBool,
    /// Nobody has waited since one went.
    owed: AtomicBool,
}

impl Waits {
    /// A member or group went.
    fn owe(&self) {
        self.owed.store(true, Ordering::Relaxed);
        if !self.deferred.load(Ordering::Relaxed) {
            self.settle();
        }
    }

    /// Waits if nobody has.
    fn settle(&self) {
        if self.owed.swap(false, Ordering::Relaxed) {
            sys::wait_for_packets();
        }
    }
}

impl Program {
    /// All action profiles and selectors that tables have.
    ///
    /// # Errors
    /// When the program lacks a map that its manifest names.
    pub fn profiles(&self) -> Result<Vec<Profile<'_>>, Error> {
        let externs = &self.manifest().externs;
        if !externs.iter().any(|item| matches!(item.kind, ExternKind::Profile(_))) {
            return Ok(Vec::new());
        }
        let ports = PortNames::of(self)?.map(Arc::new);
        externs.iter().filter_map(|item| Profile::open(self, item, ports.clone()).transpose()).collect()
    }

    /// An action profile or selector by its name or the end of it.
    ///
    /// # Errors
    /// When none, or more than one, has such a name.
    pub fn profile(&self, name: &str) -> Result<Profile<'_>, Error> {
        let mut profiles = self.profiles()?;
        let names: Vec<&str> = profiles.iter().map(|profile| profile.name()).collect();
        let position = terms::find("action profile", name, &names, None)?;
        Ok(profiles.swap_remove(position))
    }
}

fn member(number: u32) -> String {
    format!("member {number}")
}

fn group(number: u32) -> String {
    format!("group {number}")
}

impl<'p> Profile<'p> {
    /// What the extern is, if it is one.
    fn open(
        program: &'p Program,
        item: &'p manifest::Extern,
        ports: Option<Arc<PortNames>>,
    ) -> Result<Option<Profile<'p>>, Error> {
        let ExternKind::Profile(layout) = &item.kind else { return Ok(None) };
        let mut externs = program.manifest().view.externs.iter();
        let seen = externs.find(|seen| seen.preamble.name == item.name);
        let of = seen.and_then(|seen| Some((seen, seen.profile.as_ref()?)));
        // Without these the manifest is refused.
        let Some((seen, of)) = of else { return Ok(None) };
        let groups = match &layout.groups {
            Some(groups) => Some((groups, program.map(&groups.map)?)),
            None => None,
        };
        let members = program.map(&layout.map)?;
        let (any_port, here) = (false, false);
        let waits = Waits::default();
        Ok(Some(Profile { program, seen, of, layout, members, groups, ports, any_port, here, waits }))
    }

    /// The same, but members that are read from text may have ports that are not there, and groups watch such.
    #[must_use]
    pub fn with_any_port(self) -> Profile<'p> {
        Profile { any_port: true, ..self }
    }

    /// Its full name.
    #[must_use]
    pub fn name(&self) -> &'p str {
        &self.seen.preamble.name
    }

    /// What control planes see of it.
    #[must_use]
    pub fn view(&self) -> &'p ActionProfile {
        self.of
    }

    /// How it lies.
    #[must_use]
    pub fn layout(&self) -> &'p manifest::Profile {
        self.layout
    }

    fn values(&self, any: bool) -> OfTable<'_> {
        OfTable { ports: self.ports.as_deref(), any }
    }

    /// Reads an action with its arguments.
    ///
    /// # Errors
    /// When a name is unknown or a value does not suit.
    pub fn call(&self, action: &str, texts: &[&str]) -> Result<ActionCall, TermError> {
        let view = &self.program.manifest().view;
        terms::member(view, (self.seen, self.of), action, texts, &self.values(self.any_port))
    }

    /// A member's action as text: `set_port(port=3)`, ports by their devices.
    #[must_use]
    pub fn call_text(&self, call: &ActionCall) -> String {
        terms::member_text(&self.program.manifest().view, self.of, call, &self.values(true))
    }

    /// The name of a member's action, and its arguments by name; ports by their devices.
    #[must_use]
    pub fn named_call(&self, call: &ActionCall) -> Option<(&'p str, Vec<(&'p str, String)>)> {
        let action = *self.program.manifest().view.actions_of_members(self.of).get(call.action)?;
        Some((&action.preamble.name, terms::named_args(action, call, &self.values(true)).collect()))
    }

    /// All members by number.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn members(&self) -> Result<Vec<(u32, ActionCall)>, Error> {
        let decode =
            |number, bytes: &[u8]| self.layout.decode(bytes).map_err(|_| self.corrupt(member(number)));
        self.list(self.members, decode)
    }

    /// A member, if there is one of this number.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn member(&self, number: u32) -> Result<Option<ActionCall>, Error> {
        let Some(bytes) = self.look_up(self.members, number)? else { return Ok(None) };
        Ok(Some(self.layout.decode(&bytes).map_err(|_| self.corrupt(member(number)))?))
    }

    fn list<T>(
        &self,
        map: &MapHandle,
        decode: impl Fn(u32, &[u8]) -> Result<T, ProfileError>,
    ) -> Result<Vec<(u32, T)>, Error> {
        let mut list = Vec::new();
        for key in map.keys() {
            let Some(number) = key.first_chunk().map(|key| u32::from_ne_bytes(*key)) else { continue };
            // It may have gone since it was listed.
            if let Some(bytes) = self.look_up(map, number)? {
                list.push((number, decode(number, &bytes)?));
            }
        }
        list.sort_by_key(|(number, _)| *number);
        Ok(list)
    }

    fn look_up(&self, map: &MapHandle, number: u32) -> Result<Option<Vec<u8>>, Error> {
        let found = map.lookup(&number.to_ne_bytes(), MapFlags::ANY);
        Ok(found.map_err(|error| self.kernel("read", &error))?)
    }

    /// Writes a member.
    ///
    /// # Errors
    /// When its action does not suit, there is or is not such a member, or the profile is full.
    pub fn write_member(&self, number: u32, call: &ActionCall, write: Write) -> Result<(), Error> {
        terms::check_member(&self.program.manifest().view, (self.seen, self.of), call)?;
        let _writer = lock::writer()?;
        // Nothing names one that is not there.
        if write != Write::Insert {
            self.check_users_of_member(number, call)?;
        }
        let full = ("members", self.layout.size);
        self.write(self.members, (number, &member(number)), &self.layout.encode(call), write, full)
    }

    /// Writes a group; a member that stands in it twice is chosen twice as often.
    ///
    /// # Errors
    /// When a member is not there, there are too many of them, there is or is not such a group, or the selector is full.
    pub fn write_group(&self, number: u32, members: &[u32], write: Write) -> Result<(), Error> {
        self.write_watching_group(
            number,
            &members.iter().map(|member| (*member).into()).collect::<Vec<_>>(),
            write,
        )
    }

    /// The same with ports that members watch: packets choose among those that watch none or whose port is up.
    ///
    /// # Errors
    /// As for [`Profile::write_group`]; and when there is no such port, or no device of this network namespace runs the program.
    pub fn write_watching_group(
        &self,
        number: u32,
        members: &[GroupMember],
        write: Write,
    ) -> Result<(), Error> {
        let (groups, map) = self.of_groups()?;
        if members.len() > groups.most as usize {
            let (profile, members) = (self.name().to_owned(), members.len());
            return Err(ProfileError::Large { profile, group: number, members, most: groups.most }.into());
        }
        let _writer = lock::writer()?;
        for named in members {
            self.check_member(named.member, || group(number))?;
        }
        let tables = if write == Write::Insert { Vec::new() } else { self.narrow_tables()? };
        for table in tables {
            if self.names(&table, &[Target::Group(number)])? {
                members.iter().try_for_each(|named| self.check_runs(table.view(), named.member))?;
            }
        }
        let chosen = self.chosen(members)?;
        self.check_write(map, number, write)?;
        self.note(number, members)?;
        let full = ("groups", groups.size);
        self.write(map, (number, &group(number)), &groups.encode(&chosen), write, full)?;
        if members.iter().all(|member| member.watch_port.is_none()) { self.forget(number) } else { Ok(()) }
    }

    /// Writes a group of members with weights: each is chosen as often in proportion.
    ///
    /// # Errors
    /// As for [`Profile::write_watching_group`]; a group has room for the sum of the weights.
    pub fn write_weighted_group(
        &self,
        number: u32,
        members: &[(GroupMember, u32)],
        write: Write,
    ) -> Result<(), Error> {
        let (groups, _) = self.of_groups()?;
        let sum = members.iter().fold(0u64, |sum, (_, weight)| sum.saturating_add((*weight).into()));
        if sum > groups.most.into() {
            let (profile, members) = (self.name().to_owned(), usize::try_from(sum).unwrap_or(usize::MAX));
            return Err(ProfileError::Large { profile, group: number, members, most: groups.most }.into());
        }
        let places = members.iter().flat_map(|(member, weight)| (0..*weight).map(|_| *member));
        self.write_watching_group(number, &places.collect::<Vec<_>>(), write)
    }

    fn of_groups(&self) -> Result<(&'p Groups, &'p MapHandle), Error> {
        let no_groups = || TermError::NoGroups { profile: self.name().to_owned(), of: None };
        Ok(self.groups.ok_or_else(no_groups)?)
    }

    /// A group is there, or is not, as `write` wants it.
    fn check_write(&self, map: &MapHandle, number: u32, write: Write) -> Result<(), Error> {
        let (profile, what) = (self.name().to_owned(), group(number));
        match (write, self.look_up(map, number)?) {
            (Write::Insert, Some(_)) => Err(ProfileError::Duplicate { profile, what }.into()),
            (Write::Modify, None) => Err(ProfileError::Missing { profile, what, by: None }.into()),
            (Write::Insert, None) | (Write::Modify, Some(_)) | (Write::Set, _) => Ok(()),
        }
    }

    fn write(
        &self,
        map: &MapHandle,
        (number, what): (u32, &str),
        bytes: &[u8],
        write: Write,
        (whole, size): (&'static str, u32),
    ) -> Result<(), Error> {
        let flags = match write {
            Write::Insert => MapFlags::NO_EXIST,
            Write::Modify => MapFlags::EXIST,
            Write::Set => MapFlags::ANY,
        };
        let was_there = self.look_up(map, number)?.is_some();
        self.waits.settle();
        let Err(error) = map.update(&number.to_ne_bytes(), bytes, flags) else {
            if was_there {
                self.waits.owe();
            }
            return Ok(());
        };
        let (profile, what) = (self.name().to_owned(), what.to_owned());
        Err(match io_error(&error).raw_os_error() {
            Some(libc::EEXIST) => ProfileError::Duplicate { profile, what }.into(),
            Some(libc::ENOENT) => ProfileError::Missing { profile, what, by: None }.into(),
            Some(libc::E2BIG | libc::ENOSPC) => ProfileError::Full { profile, what: whole, size }.into(),
            _ => self.kernel("write", &error).into(),
        })
    }

    /// Removes a member.
    ///
    /// # Errors
    /// When there is none, or a group or an entry names it.
    pub fn delete_member(&self, number: u32) -> Result<(), Error> {
        let _writer = lock::writer()?;
        for (by, members) in self.groups()? {
            if watched::numbers(&members).contains(&number) {
                return Err(self.in_use(member(number), group(by)));
            }
        }
        self.check_unused(&Target::Member(number), member(number))?;
        self.delete(self.members, number, member(number))
    }

    /// Removes a group.
    ///
    /// # Errors
    /// When there is none, or an entry names it.
    pub fn delete_group(&self, number: u32) -> Result<(), Error> {
        let (_, map) = self.of_groups()?;
        let _writer = lock::writer()?;
        self.check_unused(&Target::Group(number), group(number))?;
        self.delete(map, number, group(number))?;
        self.forget(number)
    }

    fn delete(&self, map: &MapHandle, number: u32, what: String) -> Result<(), Error> {
        match map.delete(&number.to_ne_bytes()) {
            Ok(()) => {
                self.waits.owe();
                Ok(())
            }
            Err(error) if io_error(&error).raw_os_error() == Some(libc::ENOENT) => {
                Err(ProfileError::Missing { profile: self.name().to_owned(), what, by: None }.into())
            }
            Err(error) => Err(self.kernel("write", &error).into()),
        }
    }

    /// While more members and groups are changed by the thread that holds the writer's lock, packets are waited for no more often than it takes; at the end once.
    pub(crate) fn defer(&self, more: bool) {
        self.waits.deferred.store(more, Ordering::Relaxed);
        if !more {
            self.waits.settle();
        }
    }

    /// The tables whose entries name its members or groups.
    fn tables(&self) -> Result<Vec<Table<'p>>, Error> {
        let view = &self.program.manifest().view;
        let is_own =
            |table: &view::Table| view.profile_of(table).is_some_and(|of| of.preamble.name == self.name());
        let own = self.program.manifest().tables().filter(|table| is_own(table.view));
        own.map(|table| Table::open(self.program, table, self.ports.clone())).collect()
    }

    /// No entry of a table names it.
    fn check_unused(&self, target: &Target, what: String) -> Result<(), Error> {
        for table in self.tables()? {
            if let Some((_, entry)) = table.entries()?.iter().find(|(_, entry)| entry.target == *target) {
                let (table, keys) = (table.view().name(), table.keys_text(&entry.keys));
                let keys = if keys.is_empty() { keys } else { format!(" ({keys})") };
                return Err(self.in_use(what, format!("an entry of table `{table}`{keys}")));
            }
        }
        Ok(())
    }

    /// Tables whose entries may not run all actions of the profile.
    fn narrow_tables(&self) -> Result<Vec<Table<'p>>, Error> {
        let view = &self.program.manifest().view;
        let runs = |table: &view::Table, entry: &view::TableAction| {
            view.actions.get(entry.action).is_none_or(|action| {
                entry.default_only || terms::check_runs(view, table, 0, &action.preamble.name).is_ok()
            })
        };
        let mut tables = self.tables()?;
        tables.retain(|table| !self.of.actions.iter().all(|entry| runs(table.view(), entry)));
        Ok(tables)
    }

    /// An entry of the table names one of these.
    fn names(&self, table: &Table<'_>, targets: &[Target]) -> Result<bool, Error> {
        Ok(table.entries()?.iter().any(|(_, entry)| targets.contains(&entry.target)))
    }

    /// Entries of a table may run the action that a member has.
    fn check_runs(&self, table: &view::Table, number: u32) -> Result<(), Error> {
        self.member(number)?.map_or(Ok(()), |call| self.check_call_runs(table, number, &call))
    }

    fn check_call_runs(&self, table: &view::Table, number: u32, call: &ActionCall) -> Result<(), Error> {
        let view = &self.program.manifest().view;
        match view.actions_of_members(self.of).get(call.action) {
            Some(action) => Ok(terms::check_runs(view, table, number, &action.preamble.name)?),
            None => Ok(()),
        }
    }

    /// A member that is there may become this: each table whose entries lead to it may run it.
    fn check_users_of_member(&self, number: u32, call: &ActionCall) -> Result<(), Error> {
        for table in self.narrow_tables()? {
            let Err(error) = self.check_call_runs(table.view(), number, call) else { continue };
            let groups = self.groups()?.into_iter();
            let groups = groups.filter(|(_, members)| watched::numbers(members).contains(&number));
            let mut targets: Vec<Target> = groups.map(|(group, _)| Target::Group(group)).collect();
            targets.push(Target::Member(number));
            if self.names(&table, &targets)? {
                return Err(error);
            }
        }
        Ok(())
    }

    fn check_member(&self, number: u32, by: impl Fn() -> String) -> Result<(), Error> {
        self.check_there(self.members, number, member(number), by)
    }

    /// The member or group that an entry of a table is to name is there, and is one that the table may run.
    pub(crate) fn check_named(&self, target: &Target, table: &view::Table) -> Result<(), Error> {
        let by = || format!("an entry of table `{}`", table.name());
        match target {
            Target::Member(number) => {
                self.check_member(*number, by)?;
                self.check_runs(table, *number)
            }
            Target::Group(number) => {
                let (_, map) = self.of_groups()?;
                self.check_there(map, *number, group(*number), by)?;
                let members = self.members_of(map, *number)?.unwrap_or_default();
                members.iter().try_for_each(|named| self.check_runs(table, named.member))
            }
            Target::Action(_) => Ok(()),
        }
    }

    fn check_there(
        &self,
        map: &MapHandle,
        number: u32,
        what: String,
        by: impl Fn() -> String,
    ) -> Result<(), Error> {
        match self.look_up(map, number)? {
            Some(_) => Ok(()),
            None => {
                let profile = self.name().to_owned();
                Err(ProfileError::Missing { profile, what, by: Some(by()) }.into())
            }
        }
    }

    fn in_use(&self, what: String, by: String) -> Error {
        ProfileError::InUse { profile: self.name().to_owned(), what, by }.into()
    }

    fn corrupt(&self, what: String) -> ProfileError {
        ProfileError::Corrupt { profile: self.name().to_owned(), what }
    }

    fn kernel(&self, what: &str, error: &libbpf_rs::Error) -> KernelError {
        KernelError::new(format!("{what} the maps of `{}`", self.name()), io_error(error))
    }
}
