"""What templates of the map room may say and draw."""
