/* The number of a set; 0 if there is none. */
static __always_inline __u32 p4xdp_find_set(__u32 group, __u32 port, __u32 session)
{
	struct p4xdp_copy_set key = { group, port, session };
	__u32 zero = 0, generation = p4xdp_copy_generation, *number;
	struct p4xdp_known *known = bpf_map_lookup_elem(&p4xdp_known, &zero);
	struct p4xdp_known_set *of_this;

	if (!known)
		return 0;
	of_this = &known->sets[(group + port * 5 + session * 3) & 63];
	if (of_this->number && of_this->generation == generation && of_this->key.group == group &&
	    of_this->key.port == port && of_this->key.session == session)
		return of_this->number;
	generation = p4xdp_generation();
	number = bpf_map_lookup_elem(&p4xdp_copy_sets, &key);
	if (!number)
		return 0;
	of_this->generation = generation;
	of_this->key = key;
	of_this->number = *number;
	return *number;
}
