#define I(a) a
#define N 1
#define E
I(x)N I(1)N I(1)x I(>)> I(>>)> I(|)|| >I(>) +I(+) 1I(-) I(x)E"s" -E-
#define MINUS -
-MINUS MINUS- MINUSMINUS MINUS MINUS
#define LT <
LT= LT< <LT LTLT
#define DOT .
DOT. DOT.DOT DOT 5 DOT
#define EQ =
EQ= =EQ !EQ +EQ I(|)= I(&)& I(:): I(/)/ I(/)* I(#)# I(-)> 
