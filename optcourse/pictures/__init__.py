"""Still pictures: the views and what is made of them, in matplotlib."""
