"""New passports that people tell the Embassy about, and what staff decide about them."""
