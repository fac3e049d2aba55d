#assert
