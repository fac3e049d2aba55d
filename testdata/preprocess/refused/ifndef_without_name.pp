#ifndef
#endif
