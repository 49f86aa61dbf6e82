"""The benchmark of lesson 8, and how other libraries call each method."""
