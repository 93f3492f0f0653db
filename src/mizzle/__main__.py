"""`python -m mizzle` is the same as `mizzle`."""

from mizzle.cli import main

if __name__ == "__main__":
    main()
