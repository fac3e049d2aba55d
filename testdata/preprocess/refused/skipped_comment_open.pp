#if 0
/* unclosed
#endif
