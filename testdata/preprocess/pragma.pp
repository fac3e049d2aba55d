#pragma once
#pragma foo bar
#pragma
x
#define X 1
#pragma X
