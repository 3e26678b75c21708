"""The commands of `plumbline`, by group. Each imports what it needs when it is called, so that help is quick."""
