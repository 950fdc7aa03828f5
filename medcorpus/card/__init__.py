"""Behind `medcorpus.cards`: the blocks a card is made of, and how they look in Markdown and HTML."""
