#define F(__VA_ARGS__) <__VA_ARGS__>
F(1)
