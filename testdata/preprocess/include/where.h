__FILE__ __LINE__ __INCLUDE_LEVEL__
#line 50 "there.h"
__FILE__ __LINE__
