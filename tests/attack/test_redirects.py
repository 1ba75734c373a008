"""No address makes the portal redirect to another site."""

import pytest


@pytest.mark.parametrize("path", ["/en//elsewhere.example", "/en/courier/%2F%2Felsewhere.example/family/add"])
def test_an_address_with_doubled_slashes_leads_nowhere_else(visitor, path):
    response = visitor.client.get(path)

    assert "elsewhere.example" not in (response.location or "")
