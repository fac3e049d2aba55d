#define é 1
