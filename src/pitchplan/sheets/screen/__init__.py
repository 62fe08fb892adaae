"""The sheet on a screen: what the page knows, its words, its script and its style."""
