"""Pages of `coi`: the scan station, journeys, quality, orders and labels."""
