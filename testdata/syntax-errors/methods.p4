extern Meter {
    Meter(bit<32> size);
    execute(in bit<32> index);
}

extern Counter {
    Counter<T>(T size);
}

extern Register {
    abstract Register();
}

extern Hash {
    void f(
}
