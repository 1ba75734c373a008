"""Cases: travellers, refusals, what the letter lists, and whose case it is."""
