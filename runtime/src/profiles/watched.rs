//! Watch ports: members of groups that are chosen only while a port is up. In, a group's members with their ports, and which ports are up; out, the
//! group that packets find, which has the members that may be chosen, and beside it all of them in a map of ours, so any process reads them again.
//!
//! A group that watches ports is brought up to date by who notices that a port goes or comes: [`crate::port_watch`]. Its members are written before
//! the group itself, so if a writer dies in between, the next one makes the group of them.

use super::{Profile, ProfileError, group};
use crate::error::{Error, KernelError, io_error};
use crate::lock;
use crate::ports::PortError;
use crate::ports::links::Links;
use crate::program::Program;
use libbpf_rs::{MapCore, MapFlags, MapHandle, MapType};
pub use p4xdp_control::entry::GroupMember;
use p4xdp_control::manifest::{ExternKind, Manifest};
use p4xdp_control::storage::{Groups, watched};
use p4xdp_control::terms;
use std::collections::BTreeSet;

/// The maps of ours that a program has beside its own: one a selector, for groups that watch ports. Of those that are `kept`, by their names, it gets
/// the old ones.
pub(crate) fn maps<'m>(
    manifest: &Manifest,
    kept: impl Fn(&str) -> Option<&'m MapHandle>,
) -> Result<Vec<MapHandle>, Error> {
    let mut maps = Vec::new();
    for item in &manifest.externs {
        let ExternKind::Profile(layout) = &item.kind else { continue };
        let (Some(groups), Some(name)) = (&layout.groups, map_of(manifest, &item.name)) else { continue };
        let map = match kept(&name) {
            Some(old) => MapHandle::try_from(old),
            None => {
                let options = libbpf_sys::bpf_map_create_opts {
                    sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
                    map_flags: libbpf_sys::BPF_F_NO_PREALLOC,
                    ..Default::default()
                };
                let (size, value) = (groups.size, watched::value_size(groups));
                MapHandle::create(MapType::Hash, Some(&name), 4, value, size, &options)
            }
        };
        maps.push(map.map_err(|error| KernelError::new("make a map for watch ports", io_error(&error)))?);
    }
    Ok(maps)
}

/// Name of the map for the groups of a selector that watch ports.
pub(crate) fn map_of(manifest: &Manifest, selector: &str) -> Option<String> {
    let seen = manifest.view.externs.iter().find(|seen| seen.preamble.name == selector)?;
    Some(watched::map(seen.preamble.id))
}

impl Program {
    /// Brings all groups that watch ports up to date, each in one step; how many have changed.
    ///
    /// # Errors
    /// When there are such groups and no device of this network namespace runs the program, or the kernel refuses.
    pub fn update_watching_groups(&self) -> Result<u32, Error> {
        self.update_by(Links::of)
    }

    /// The same by these links.
    pub(crate) fn update_by(
        &self,
        links: impl FnOnce(&Program) -> Result<Links, Error>,
    ) -> Result<u32, Error> {
        let _writer = lock::writer()?;
        if !self.manifest().externs.iter().any(has_groups) {
            return Ok(0);
        }
        let mut all = self.profiles()?;
        all.retain(Profile::watches_any);
        if all.is_empty() {
            return Ok(0);
        }
        let links = links(self)?;
        all.iter().try_fold(0, |sum, profile| Ok(sum + profile.update(&links)?))
    }

    /// Ports that members of groups watch.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn watched_ports(&self) -> Result<BTreeSet<u32>, Error> {
        let mut ports = BTreeSet::new();
        for profile in self.profiles()? {
            for (_, members) in profile.watching()? {
                ports.extend(members.iter().filter_map(|member| member.watch_port));
            }
        }
        Ok(ports)
    }
}

fn has_groups(item: &p4xdp_control::manifest::Extern) -> bool {
    matches!(&item.kind, ExternKind::Profile(layout) if layout.groups.is_some())
}

impl<'p> Profile<'p> {
    /// The same for a thread that is known to be in the network namespace of the program's devices.
    #[must_use]
    pub fn here(self) -> Profile<'p> {
        Profile { here: true, ..self }
    }

    /// Reads a member of a group with its weight and the port that it watches: `3`, `3:20@eth1`.
    ///
    /// # Errors
    /// When the text is none, the weight is 0, or there is no such port.
    pub fn group_member(&self, text: &str) -> Result<(GroupMember, u32), Error> {
        Ok(terms::weighted_member(text, &self.values(self.any_port))?)
    }

    /// Members of a group as [`Profile::group_member`] reads them.
    #[must_use]
    pub fn group_text(&self, members: &[GroupMember]) -> String {
        terms::weighted_members_text(members, &self.values(true))
    }

    /// All groups by number, with their members, whether they may be chosen now or not.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn groups(&self) -> Result<Vec<(u32, Vec<GroupMember>)>, Error> {
        let mut all = Vec::new();
        for (number, chosen) in self.chosen_groups()? {
            let members = self.watching_group(number)?;
            all.push((number, members.unwrap_or_else(|| chosen.into_iter().map(Into::into).collect())));
        }
        Ok(all)
    }

    /// The members of a group, whether they may be chosen now or not, if there is one of this number.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn group(&self, number: u32) -> Result<Option<Vec<GroupMember>>, Error> {
        self.groups.map_or(Ok(None), |(_, map)| self.members_of(map, number))
    }

    /// All groups by number, with the numbers of the members that packets choose among now.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn chosen_groups(&self) -> Result<Vec<(u32, Vec<u32>)>, Error> {
        let Some((_, map)) = self.groups else { return Ok(Vec::new()) };
        self.list(map, |number, bytes| Groups::decode(bytes).map_err(|_| self.corrupt(group(number))))
    }

    /// The members of a group, if there is such a group.
    pub(super) fn members_of(&self, map: &MapHandle, number: u32) -> Result<Option<Vec<GroupMember>>, Error> {
        let Some(bytes) = self.look_up(map, number)? else { return Ok(None) };
        if let Some(members) = self.watching_group(number)? {
            return Ok(Some(members));
        }
        let chosen = Groups::decode(&bytes).map_err(|_| self.corrupt(group(number)))?;
        Ok(Some(chosen.into_iter().map(Into::into).collect()))
    }

    /// The map with groups that watch ports; other loaders make none.
    fn watching_map(&self) -> Option<&'p MapHandle> {
        self.groups?;
        self.program.map(&map_of(self.program.manifest(), self.name())?).ok()
    }

    fn watches_any(&self) -> bool {
        self.watching_map().is_some_and(|map| map.keys().next().is_some())
    }

    /// Groups that watch ports.
    fn watching(&self) -> Result<Vec<(u32, Vec<GroupMember>)>, Error> {
        let Some(map) = self.watching_map() else { return Ok(Vec::new()) };
        self.list(map, |number, bytes| watched::decode(bytes).map_err(|_| self.corrupt(group(number))))
    }

    fn watching_group(&self, number: u32) -> Result<Option<Vec<GroupMember>>, Error> {
        let Some(map) = self.watching_map() else { return Ok(None) };
        let bytes = self.look_up(map, number)?;
        let read = |bytes: Vec<u8>| watched::decode(&bytes).map_err(|_| self.corrupt(group(number)));
        Ok(bytes.map(read).transpose()?)
    }

    /// The numbers of those members that may be chosen now, of a group that is written.
    pub(super) fn chosen(&self, members: &[GroupMember]) -> Result<Vec<u32>, Error> {
        if members.iter().all(|member| member.watch_port.is_none()) {
            return Ok(numbers(members));
        }
        members.iter().try_for_each(|member| self.check_watch_port(member))?;
        let links = if self.here { Links::here(self.program)? } else { Links::of(self.program)? };
        Ok(chosen(members, &links))
    }

    fn check_watch_port(&self, member: &GroupMember) -> Result<(), Error> {
        let Some(port) = member.watch_port else { return Ok(()) };
        let program = self.program;
        let refused = |reason: PortError| {
            let (profile, member) = (self.name().to_owned(), member.member);
            Error::from(ProfileError::WatchPort { profile, member, port, reason: reason.to_string() })
        };
        let ports = &program.manifest().ports;
        let most = ports.most.min(watched::MOST);
        if !ports.used {
            return Err(refused(PortError::NoPorts));
        }
        if program.cpu_port()? == Some(port) {
            return Ok(());
        }
        if ports.drop == Some(port) {
            return Err(refused(PortError::IsDrop(port)));
        }
        if port > most {
            return Err(refused(PortError::TooLarge { port: port.to_string(), most }));
        }
        let Some(names) = self.ports.as_deref().filter(|_| !self.any_port) else { return Ok(()) };
        if names.name(&port.into()).is_some() {
            return Ok(());
        }
        let others = names.list().unwrap_or_default();
        Err(refused(PortError::NoPort { port: port.to_string(), others }))
    }

    /// Notes a group's members, if it watches ports, in front of the group itself.
    pub(super) fn note(&self, number: u32, members: &[GroupMember]) -> Result<(), Error> {
        if members.iter().all(|member| member.watch_port.is_none()) {
            return Ok(());
        }
        let (groups, _) = self.of_groups()?;
        let no_map = || ProfileError::NoWatchPorts { profile: self.name().to_owned() };
        let map = self.watching_map().ok_or_else(no_map)?;
        let bytes = watched::encode(groups, members);
        let written = map.update(&number.to_ne_bytes(), &bytes, MapFlags::ANY);
        Ok(written.map_err(|error| self.kernel("write", &error))?)
    }

    /// Forgets a group's members, if it watches no ports any more, behind the group itself.
    pub(super) fn forget(&self, number: u32) -> Result<(), Error> {
        let Some(map) = self.watching_map() else { return Ok(()) };
        match map.delete(&number.to_ne_bytes()) {
            Err(error) if io_error(&error).raw_os_error() != Some(libc::ENOENT) => {
                Err(self.kernel("write", &error).into())
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Lets all groups that watch ports have the members that may be chosen now; how many have changed.
    fn update(&self, links: &Links) -> Result<u32, Error> {
        let Some((groups, map)) = self.groups else { return Ok(0) };
        let mut changed = 0;
        for (number, members) in self.watching()? {
            let now = chosen(&members, links);
            let Some(bytes) = self.look_up(map, number)? else {
                // Whoever would have made it, or has removed it, died.
                self.forget(number)?;
                continue;
            };
            if Groups::decode(&bytes).is_ok_and(|before| before == now) {
                continue;
            }
            let full = ("groups", groups.size);
            self.write(map, (number, &group(number)), &groups.encode(&now), super::Write::Modify, full)?;
            changed += 1;
        }
        Ok(changed)
    }
}

/// The numbers of the members that may be chosen.
fn chosen(members: &[GroupMember], links: &Links) -> Vec<u32> {
    let is_up = |member: &&GroupMember| member.watch_port.is_none_or(|port| links.is_up(port));
    members.iter().filter(is_up).map(|member| member.member).collect()
}

/// The numbers of members.
pub(super) fn numbers(members: &[GroupMember]) -> Vec<u32> {
    members.iter().map(|member| member.member).collect()
}
