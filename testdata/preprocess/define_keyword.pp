#define if IF
#define true 1
if (true)
#if true
y
#endif
