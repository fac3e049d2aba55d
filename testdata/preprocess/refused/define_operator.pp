#define + 4
