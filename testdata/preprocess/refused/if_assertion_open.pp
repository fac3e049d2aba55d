#if #foo(x
#endif
