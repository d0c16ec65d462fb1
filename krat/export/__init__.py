"""Papers as files: PDF, Word, calendar. Takes text and rows, and knows nothing of what they are about (decision 25)."""
