A B C(2) D E.
