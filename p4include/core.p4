// The core library of P4_16 (specification 1.2.5, appendix "P4 core library").
#ifndef _CORE_P4_
#define _CORE_P4_

// What a parser may report. Programs and architectures declare more.
error {
    NoError,
    PacketTooShort,         // extract or lookahead: fewer bits left than asked for
    NoMatch,                // select: no case applies
    StackOutOfBounds,       // header stack: index or next beyond its size
    HeaderTooShort,         // extract: more bits than the varbit field holds
    ParserTimeout,          // the target gave up on the parser
    ParserInvalidArgument   // an argument that the target cannot handle
}

// The packet as a parser reads it: a cursor that only moves forward.
extern packet_in {
    // Fills a header of fixed size and moves behind it.
    void extract<T>(out T hdr);
    // Fills a header whose one varbit field is given the stated number of bits.
    void extract<T>(out T variableSizeHeader, in bit<32> variableFieldSizeInBits);
    // Reads without moving.
    T lookahead<T>();
    // Moves without reading.
    void advance(in bit<32> sizeInBits);
    // Bytes in the packet; not every target knows them.
    bit<32> length();
}

// The packet as a deparser writes it.
extern packet_out {
    // Appends a header if it is valid, and what is valid of a stack, a union or a struct of headers.
    void emit<T>(in T hdr);
}

// Ends the parser with an error unless the condition holds.
extern void verify(in bool check, in error toSignal);

@noWarn("unused")
action NoAction() {}

match_kind {
    exact,
    ternary,    // value and mask
    lpm         // longest prefix
}

// Refuse to compile, with or without a message, unless the condition holds. The result is always true, so that a
// constant can be declared with it.
extern bool static_assert(bool check, string message);
extern bool static_assert(bool check);

#endif
