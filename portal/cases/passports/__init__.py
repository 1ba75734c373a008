"""New passports that applicants report to the Embassy, and the decisions of staff."""
