#line -1
