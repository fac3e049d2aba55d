#define BPF_ANY 0
#define BPF_NOEXIST 1
#define BPF_EXIST 2
