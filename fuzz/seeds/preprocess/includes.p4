#include <core.p4>
#include "other.p4"
#define FILE <xdp_model.p4>
#include FILE
#line 100 "elsewhere.p4"
# 7 "marked.p4" 2
#pragma once
/* a comment /* in a comment */ // "and" 'more
"a string \" with // no comment"
