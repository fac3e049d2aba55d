typedef __int128 __s128;
typedef unsigned __int128 __u128;
