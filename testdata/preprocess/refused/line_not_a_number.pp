#line 5x
