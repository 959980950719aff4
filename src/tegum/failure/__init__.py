"""How training fails: what a run ended in, by which forces, and how it may get out."""
