"""The commands of `qpm`, by area; each is a plain function that imports what it needs when it runs."""
