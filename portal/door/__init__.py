"""The door: who may enter now, who came, who did not come."""
