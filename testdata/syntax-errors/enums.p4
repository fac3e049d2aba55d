enum A { a = 1, b }
enum bit<8> B { a = 1, b }
enum C { a b }
enum D {}
error { E,, }
