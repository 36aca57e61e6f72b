"""Reports about batches, people, configuration and the trail itself."""
