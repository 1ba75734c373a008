"""Attacks on the portal: small here, at full scale in make prove."""
