a$b $ $$
#define a x
#define b y
a$b éa a b
