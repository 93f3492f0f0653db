"""`python -m mizzle_web`: the same as `mizzle`."""

from mizzle_web.command import main

main()
