"""The programme of continued process verification: plan and limit sets as documents, charts, signals as work."""
