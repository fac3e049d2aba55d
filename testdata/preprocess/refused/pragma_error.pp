#pragma GCC error "no"
