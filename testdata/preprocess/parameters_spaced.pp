#define F( a , b ) a-b
#define G (a) a
#define H(/* c */ a /* d */, b...) a b
F(1, 2) G H(1, 2)
