"""Every question that `coi` answers. What the actor may not see is not found."""
