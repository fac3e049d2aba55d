const S a = { 1, b = 2 };
const S c = { a = 1, 2 };
const S d = { a = 1, ..., b = 2 };
const S e = { 1 2 };
const S g = { 1, , 2 };
