a /* unclosed
