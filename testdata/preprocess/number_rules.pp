0xe+X 1..X 8w.X .5X 1.X 0xE-X 1p+X
#define X 1
0xe+X 1..X 8w.X .5X 1.X 0xE-X 1p+X X.5 X-1 2-X 8w5 8wX a.X 1 .. X
