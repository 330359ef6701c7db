"""The work: tasks, layout, commands, risks."""
