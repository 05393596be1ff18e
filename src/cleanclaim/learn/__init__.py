"""Training: practice cases from the edits' own examples and from short notes, played with spaced repetition.

`cases` lists them, `question` makes a question of one, `progress` remembers what a learner knows,
`trainer` makes a case of one's own claim without anything that identifies somebody.
"""
