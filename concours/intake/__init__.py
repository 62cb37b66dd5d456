"""Files, not people: what a received file is, whether it can be read, and the clean copy made from it."""
