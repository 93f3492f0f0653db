"""What the map room knows: measured apart from the pages, kept by digest, and told in words."""
