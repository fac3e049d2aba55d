__has_include("a.h")
