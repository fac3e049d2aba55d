#line "a"
