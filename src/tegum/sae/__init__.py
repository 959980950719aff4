"""Sparse autoencoders: dictionaries of more latents than inputs, trained by the same loop as toy models."""
