"""Front page and dashboard, keys of an account, and reprinting confirmation pages."""
