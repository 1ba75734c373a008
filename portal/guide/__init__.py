"""The guide for whoever holds a 221(g) letter: a few questions that end at one next step, and short explanations."""
