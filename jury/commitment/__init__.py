"""What binds the jury to its sheets from the moment scoring closes."""
