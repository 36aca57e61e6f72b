"""What pages and programs send and are told: words, forms, answers."""
