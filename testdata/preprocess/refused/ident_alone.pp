#ident
