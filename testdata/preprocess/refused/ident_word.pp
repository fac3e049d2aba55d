#ident x
