"""What ends up on paper: references, and later codes and documents."""
