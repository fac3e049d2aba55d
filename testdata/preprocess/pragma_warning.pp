#pragma GCC warning "take care"
x
