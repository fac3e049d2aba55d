_Pragma("a" "b")
