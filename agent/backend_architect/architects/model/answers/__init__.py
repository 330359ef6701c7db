"""What a model is asked to answer, stage by stage: the design's slices in their short form."""
