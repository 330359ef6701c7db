"""The scope slice: what is asked, for whom, with what left open."""
