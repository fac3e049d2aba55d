a/* b */c /**/d // e
/* over
lines */ f /*/ g */ h
i // j /* k
"/* no */" '/*' "//" l
/***/ m /* * / */ n
