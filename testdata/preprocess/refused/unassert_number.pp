#unassert 3
