#define X /* a
b */ 1 // c
X
#if /* */ 1 /*
*/
y
#endif /* z */
#define F(a /* b */, /* c */ b) a // d
F(/* ) */ 1, 2)
