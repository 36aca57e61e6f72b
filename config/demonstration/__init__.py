"""The demonstration site and its journeys, made by the services alone; the tests' histories are made by it too."""
