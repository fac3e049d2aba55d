#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#ifndef P4XDP_SUPPORT_H
#define P4XDP_SUPPORT_H

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

#endif /* P4XDP_SUPPORT_H */
