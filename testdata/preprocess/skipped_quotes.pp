#if 0
'/*
"/*
it's // fine
#endif
c
