"""Reports about journeys, on one furnished history that all tests of a module share."""
