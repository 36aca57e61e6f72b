"""Quality control. See README.md."""
