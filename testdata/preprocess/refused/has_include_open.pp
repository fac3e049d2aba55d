#if __has_include("a.h"
#endif
