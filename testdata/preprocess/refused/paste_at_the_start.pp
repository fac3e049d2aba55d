#define X ## a
