"""The staff home page: links only. Staff screens live with the features whose rules they use."""
