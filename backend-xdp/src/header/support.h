#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/types.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#ifndef P4XDP_SUPPORT
#define P4XDP_SUPPORT

/* The low bytes of a number, most significant first. */
static inline void p4xdp_put_be(__u8 *to, __u64 value, unsigned int bytes)
{
	while (bytes--) {
		to[bytes] = (__u8)value;
		value >>= 8;
	}
}

/* Replaces a part of the one value of a map of initialised data. */
static inline int p4xdp_set_default(int map_fd, __u32 offset, const void *part,
				    __u32 size)
{
	struct bpf_map_info info;
	__u32 info_size = sizeof(info), zero = 0;
	__u8 *all;
	int err;

	memset(&info, 0, sizeof(info));
	if (bpf_obj_get_info_by_fd(map_fd, &info, &info_size))
		return -errno;
	if (offset + size > info.value_size)
		return -EINVAL;
	all = (__u8 *)malloc(info.value_size);
	if (!all)
		return -ENOMEM;
	err = bpf_map_lookup_elem(map_fd, &zero, all) ? -errno : 0;
	if (!err) {
		memcpy(all + offset, part, size);
		err = bpf_map_update_elem(map_fd, &zero, all, BPF_EXIST) ? -errno : 0;
	}
	free(all);
	return err;
}

static inline int p4xdp_sum_per_cpu(int map_fd, __u32 index, __u32 value_size,
				    __u32 offset, __u64 *sum)
{
	/* The kernel rounds each processor's value up to 8 bytes. */
	__u32 stride = (value_size + 7) & ~7U;
	int cpus = libbpf_num_possible_cpus(), err, cpu;
	__u8 *values;

	if (cpus < 0)
		return cpus;
	values = (__u8 *)calloc((size_t)cpus, stride);
	if (!values)
		return -ENOMEM;
	*sum = 0;
	err = bpf_map_lookup_elem(map_fd, &index, values) ? -errno : 0;
	for (cpu = 0; !err && cpu < cpus; cpu++) {
		__u64 value;

		memcpy(&value, values + (size_t)cpu * stride + offset, sizeof(value));
		*sum += value;
	}
	free(values);
	return err;
}

static inline int p4xdp_read_shared(int map_fd, __u32 index, __u32 value_size,
				    __u32 offset, __u64 *value)
{
	__u8 *slot = (__u8 *)calloc(1, value_size);
	int err;

	if (!slot)
		return -ENOMEM;
	err = bpf_map_lookup_elem(map_fd, &index, slot) ? -errno : 0;
	if (!err)
		memcpy(value, slot + offset, sizeof(*value));
	free(slot);
	return err;
}

/*
 * An array's slots are there from the start: an unused one has action 0. NULL
 * for the value empties the slot.
 */
static inline int p4xdp_array_put(int map_fd, __u32 index, const void *value,
				  size_t size, __u64 flags)
{
	__u8 *slot = (__u8 *)calloc(1, size);
	__u32 action = 0;
	int err;

	if (!slot)
		return -ENOMEM;
	err = bpf_map_lookup_elem(map_fd, &index, slot) ? -errno : 0;
	memcpy(&action, slot, sizeof(action));
	if (!err && action && flags == BPF_NOEXIST)
		err = -EEXIST;
	if (!err && !action && flags == BPF_EXIST)
		err = -ENOENT;
	if (!value)
		value = memset(slot, 0, size);
	if (!err && bpf_map_update_elem(map_fd, &index, value, BPF_ANY))
		err = -errno;
	free(slot);
	return err;
}

/* A map that a program must have: its name, bytes of keys and values (0: any), and where
 * its descriptor goes. */
struct p4xdp_map {
	const char *name;
	__u32 key_size, value_size;
	int *fd;
};

/* The kernel keeps so much of a name. */
#define P4XDP_NAME_LENGTH (BPF_OBJ_NAME_LEN - 1)

/* A program, or -ENOENT if it is another one than that with this number and name. */
static inline int p4xdp_check_program(int fd, __u32 id, const char *name)
{
	struct bpf_prog_info info;
	__u32 size = sizeof(info);

	if (fd < 0)
		return -errno;
	memset(&info, 0, sizeof(info));
	if (!bpf_obj_get_info_by_fd(fd, &info, &size) && (!id || info.id == id) &&
	    !strncmp(info.name, name, P4XDP_NAME_LENGTH))
		return fd;
	close(fd);
	return -ENOENT;
}

/* A map, -ENOENT if it has another name, -EPROTO if it has other sizes. */
static inline int p4xdp_check_map(int fd, const struct p4xdp_map *map)
{
	struct bpf_map_info info;
	__u32 size = sizeof(info);
	int err = -ENOENT;

	if (fd < 0)
		return -errno;
	memset(&info, 0, sizeof(info));
	if (!bpf_obj_get_info_by_fd(fd, &info, &size) &&
	    !strncmp(info.name, map->name, P4XDP_NAME_LENGTH)) {
		if ((!map->key_size || info.key_size == map->key_size) &&
		    (!map->value_size || info.value_size == map->value_size))
			return fd;
		err = -EPROTO;
	}
	close(fd);
	return err;
}

/* The program among those that libxdp's dispatcher calls, which libxdp pins. */
static inline int p4xdp_in_dispatcher(unsigned int ifindex, __u32 id, const char *name)
{
	char path[512];
	struct dirent *entry;
	int fd = -ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/fs/bpf/xdp/dispatch-%u-%u", ifindex, id);
	dir = opendir(path);
	while (dir && fd < 0 && (entry = readdir(dir))) {
		size_t length = strlen(entry->d_name);

		if (length < 5 || strcmp(entry->d_name + length - 5, "-prog"))
			continue;
		snprintf(path, sizeof(path), "/sys/fs/bpf/xdp/dispatch-%u-%u/%s", ifindex, id,
			 entry->d_name);
		fd = p4xdp_check_program(bpf_obj_get(path), 0, name);
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* Opens what `p4xdp load` has pinned for a device of this network namespace: the program,
 * or a map by name. */
static inline int p4xdp_open_pin(const char *device, const char *map)
{
	char path[512];
	struct stat space;
	unsigned int i;
	char *end;

	if (strlen(device) > IF_NAMESIZE || stat("/proc/thread-self/ns/net", &space))
		return -1;
	end = path + snprintf(path, 256, "/sys/fs/bpf/p4xdp/net-%llu/",
			      (unsigned long long)space.st_ino);
	/* A device's name may have dots; names in this file system may not. */
	for (; *device; device++) {
		if (*device == '.') {
			memcpy(end, "%2e", 3);
			end += 3;
		} else {
			*end++ = *device;
		}
	}
	strcpy(end, map ? "/maps/" : "/program");
	end += strlen(end);
	for (i = 0; map && map[i] && i < P4XDP_NAME_LENGTH; i++)
		if (map[i] != '.' || i)
			*end++ = map[i] == '.' ? '_' : map[i];
	*end = 0;
	return bpf_obj_get(path);
}

/* Opens one of a program's maps; `prog_fd` is -1 where the pins have to serve. */
static inline int p4xdp_open_map(int prog_fd, const char *device, const struct p4xdp_map *map)
{
	struct bpf_prog_info info;
	__u32 size = sizeof(info), ids[64], i;
	int fd = -ENOENT;

	if (prog_fd < 0)
		return p4xdp_check_map(p4xdp_open_pin(device, map->name), map);
	memset(&info, 0, sizeof(info));
	info.nr_map_ids = sizeof(ids) / sizeof(ids[0]);
	info.map_ids = (__u64)(unsigned long)ids;
	if (bpf_obj_get_info_by_fd(prog_fd, &info, &size))
		return -errno;
	for (i = 0; i < info.nr_map_ids && fd == -ENOENT; i++)
		fd = p4xdp_check_map(bpf_map_get_fd_by_id(ids[i]), map);
	return fd;
}

/* Opens maps of the program that a device runs: all of them, or none. Opening by number
 * takes CAP_SYS_ADMIN; without it the pins of `p4xdp load` serve. */
static inline int p4xdp_open_maps(const char *device, const char *program,
				  const struct p4xdp_map *maps, size_t count)
{
	unsigned int ifindex = if_nametoindex(device);
	struct bpf_xdp_query_opts running;
	int fd, pin, err = 0;
	size_t i;
	__u32 id;

	if (!ifindex)
		return -ENODEV;
	memset(&running, 0, sizeof(running));
	running.sz = sizeof(running);
	err = bpf_xdp_query((int)ifindex, 0, &running);
	if (err)
		return err;
	id = running.drv_prog_id ? running.drv_prog_id :
	     running.skb_prog_id ? running.skb_prog_id : running.prog_id;
	if (!id)
		return -ENOENT;
	fd = p4xdp_check_program(bpf_prog_get_fd_by_id(id), id, program);
	if (fd == -ENOENT)
		fd = p4xdp_in_dispatcher(ifindex, id, program);
	if (fd == -EPERM || fd == -EACCES) {
		pin = p4xdp_check_program(p4xdp_open_pin(device, NULL), id, program);
		if (pin < 0)
			return pin == -ENOENT ? fd : pin;
		close(pin);
		fd = -1;
	} else if (fd < 0) {
		return fd;
	}
	for (i = 0; i < count && !err; i++) {
		*maps[i].fd = p4xdp_open_map(fd, device, &maps[i]);
		if (*maps[i].fd < 0)
			err = *maps[i].fd == -ENOENT ? -EPROTO : *maps[i].fd;
	}
	while (err && i--)
		if (*maps[i].fd >= 0)
			close(*maps[i].fd);
	if (fd >= 0)
		close(fd);
	return err;
}

#endif /* P4XDP_SUPPORT */
