header_type ethernet_t {
    fields {
        dstAddr : 48;
    }
}

header ethernet_t ethernet;
