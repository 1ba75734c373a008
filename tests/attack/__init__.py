"""What is tried against the portal: small here, at full scale in make prove."""
