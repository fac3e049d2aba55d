__FILE__ __LINE__ __BASE_FILE__ __INCLUDE_LEVEL__
#include "where.h"
#define L __LINE__
L __LINE__
#line 100
__LINE__ __FILE__
#line 200 "q\\t.p4"
__LINE__ __FILE__
#line 7
__LINE__ __FILE__ __BASE_FILE__
# 40 "marker.p4"
__LINE__ __FILE__
/* 
*/ __LINE__ \
 __LINE__
