_Pragma("foo") x _Pragma("once") y
#define P _Pragma("bar") z
P
#define O(x) _Pragma(#x) q
O(w)
