struct packets_and_bytes {
	__u64 packets;
	__u64 bytes;
};
