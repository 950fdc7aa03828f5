"""The commands, one module for each thing people come for: to look around, to make, to contribute, to examine."""
