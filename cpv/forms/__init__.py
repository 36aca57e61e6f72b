"""What is read from people and how things are said to them."""
