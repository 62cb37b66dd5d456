"""The record that convinces whoever asks: written out whole, and checked anywhere."""
