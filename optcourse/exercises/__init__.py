"""Written exercises: an answer is run, compared, and its mistake named."""
