"""The house: a web application to live in, one room at a time, on the ground floor of `mizzle`."""
