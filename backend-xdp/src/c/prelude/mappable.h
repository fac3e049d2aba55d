#define BPF_F_MMAPABLE (1U << 10)
