"""What weights mean: the lengths, angles and interference of feature directions, and the shapes they make."""
