const bit<8> a = #;
const bit<8> b = 1 $ 2;
const bit<8> ç = 1;
