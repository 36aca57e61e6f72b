"""What happened: the append-only, Merkle-sealed ground that every other room stands on."""
