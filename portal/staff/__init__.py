"""The staff home page: links only. Staff pages are in the features whose rules they use."""
