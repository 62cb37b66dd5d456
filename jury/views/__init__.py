"""Pages of jurors and of the secretary while scoring lasts; those of the deliberation stand in jury.deliberation."""
