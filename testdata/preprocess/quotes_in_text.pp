#define X 1
'X' X "X" L'X' L"X" u"X" X
it's X // not a comment
X
