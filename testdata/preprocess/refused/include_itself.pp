#include "include_itself.pp"
