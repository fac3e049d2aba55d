#line 3 x
