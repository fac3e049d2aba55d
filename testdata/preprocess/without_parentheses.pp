#define F(x) <x>
F F; F
(1) F /* c */ (2) F // c
(3)
#define G F
G(4) G G (5) (F)(6)
#define H() F
H()(7) H H()
