#define X 1 \  
 2
X \	
Y
