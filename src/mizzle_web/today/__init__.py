"""The first page of everyone, made of fragments that the other rooms fill."""
