"""Cases: travelers, refusals, the items of refusal letters, and the accounts that hold them."""
