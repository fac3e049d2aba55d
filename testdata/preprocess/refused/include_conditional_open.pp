#include "open.h"
#endif
