"""What machines ask the portal: is it alive, is it ready, how is it doing."""
